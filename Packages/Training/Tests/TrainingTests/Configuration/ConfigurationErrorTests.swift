import Testing
import Training

@Suite struct ConfigurationErrorTests {
  private func sentence(_ yaml: String, _ overrides: String...) -> String {
    do {
      let configuration = try TrainingConfiguration.load(
        yaml: yaml, path: "train.yaml", overrides: overrides)
      return "accepted: \(configuration)"
    } catch {
      return error.description
    }
  }

  @Test(arguments: [
    ("optimisation:\n  learning_rte: 1", "optimisation.learning_rte", "optimisation.learning_rate"),
    ("optimization:\n  epochs: 3", "optimization", "optimisation"),
    ("# a\nepochs: 3", "epochs", "optimisation.epochs"),
    ("model:\n  bakcbone: resnet18", "model.bakcbone", "model.backbone"),
    ("data:\n  learning_rate: 3", "data.learning_rate", "optimisation.learning_rate"),
  ])
  func anUnknownKeyNamesTheNearestAndItsLine(yaml: String, key: String, nearest: String) {
    let line = yaml.hasPrefix("optimization") ? 1 : 2
    #expect(
      sentence(yaml)
        == "'train.yaml', line \(line): unknown key '\(key)'; did you mean '\(nearest)'?")
  }

  @Test func anUnknownKeyInAnOverride() {
    #expect(
      sentence("", "seeed=3") == "--set seeed=3: unknown key 'seeed'; did you mean 'seed'?")
    #expect(
      sentence("", "optimisation.batch-size=3")
        == "--set optimisation.batch-size=3: unknown key 'optimisation.batch-size'; "
        + "did you mean 'optimisation.batch_size'?")
    for text in ["seed", "=3", ""] {
      #expect(sentence("", text).contains("an override has the form key=value"))
    }
  }

  @Test(arguments: [
    ("seed: many", "seed is 'many'; expected is a whole number."),
    ("seed: 1.5", "seed is '1.5'; expected is a whole number."),
    ("seed: \"3\"", "seed is '3'; expected is a whole number."),
    ("seed:", "seed is null; expected is a whole number."),
    ("seed: [1, 2]", "seed is [1, 2]; expected is a whole number."),
    ("seed: 99999999999999999999", "seed is '99999999999999999999'; expected is a whole number."),
    ("seed: {a: 1}", "seed is a mapping; expected is a whole number."),
    ("data: {cache: yes}", "data.cache is 'yes'; expected is true or false."),
    ("precision: float16", "precision is 'float16'; expected is float32 | bfloat16."),
    (
      "optimisation: {learning_rate: nan}",
      "optimisation.learning_rate is 'nan'; expected is a number."
    ),
    (
      "augmentation: {scale: [2, 0.5]}",
      "augmentation.scale is [2, 0.5]; expected is a list [smallest, largest] of two numbers, "
        + "or null."
    ),
    (
      "augmentation: {crop: 512}",
      "augmentation.crop is '512'; expected is a list [height, width] of two whole numbers, or null."
    ),
    (
      "checkpoint: {every: 500}",
      "checkpoint.every is '500'; expected is a span such as '500 iterations' or '1 epoch'."
    ),
    ("output: null", "output is null; expected is a text."),
    ("model: resnet18", "model is 'resnet18'; expected is a mapping of keys to values."),
    ("- a\n- b", "found [a, b] where a mapping of keys to values is expected."),
  ])
  func aWrongTypeSaysWhatIsExpected(yaml: String, words: String) {
    #expect(sentence(yaml) == "'train.yaml', line 1: \(words)")
  }

  @Test(arguments: [
    ("optimisation.batch_size=-4", "optimisation.batch_size is -4; it must be 2 or more."),
    ("optimisation.batch_size=1", "optimisation.batch_size is 1; it must be 2 or more."),
    (
      "optimisation.learning_rate=0",
      "optimisation.learning_rate is 0.0; it must be greater than 0."
    ),
    (
      "optimisation.momentum=1",
      "optimisation.momentum is 1.0; it must be 0 or more and less than 1."
    ),
    ("optimisation.loss_weights=[1, 1]", "it must be 3 numbers, each 0 or more."),
    ("optimisation.adam_betas=[0.9, 1]", "it must be 2 numbers, each 0 or more and less than 1."),
    ("optimisation.clip_gradient_norm=0", "it must be greater than 0, or null."),
    ("model.classes=256", "model.classes is 256; it must be 1 to 255."),
    ("data.height=0", "data.height is 0; it must be 32 to 16384."),
    (
      "data.mapping={256: 0}",
      "it must be from values of 0 to 255 to train ids of 0 to 18, or 255."
    ),
    (
      "data.mapping={0: 300}",
      "it must be from values of 0 to 255 to train ids of 0 to 18, or 255."
    ),
    (
      "data.mapping={0: 19}",
      "it must be from values of 0 to 255 to train ids of 0 to 18, or 255."
    ),
    (
      "model.classes=11",
      "it must be 19 or more, as many as data.dataset has, unless it is a folder set whose "
        + "data.mapping lists its values."
    ),
    ("augmentation.scale=[0, 1]", "it must be greater than 0 and at most 16, or null."),
    ("augmentation.crop=[16, 64]", "it must be 32 to 16384 each, multiples of 8, or null."),
    ("checkpoint.every=0 epochs", "checkpoint.every is 0 epochs; it must be 1 or more."),
    ("checkpoint.keep_last=0", "checkpoint.keep_last is 0; it must be 1 or more."),
    ("output=\"\"", "it must be not empty."),
  ])
  func aValueOutOfRangeSaysTheRange(override: String, words: String) {
    let sentence = sentence("", override)
    #expect(sentence.hasPrefix("--set \(override): "))
    #expect(sentence.hasSuffix(words))
  }

  @Test func whatMustHoldBetweenKeysNamesTheLineOfTheFirst() {
    #expect(
      sentence("augmentation:\n  scale: [0.5, 1]\n  crop: [544, 1024]")
        == "'train.yaml', line 3: augmentation.crop is [544, 1024]; it must not be larger than "
        + "data's training size times the largest scale, or every picture is padded.")
    #expect(
      sentence("augmentation:\n  scale: [0.5, 2]\n  crop: [1024, 2048]").hasPrefix("accepted"))
    #expect(
      sentence("data: {dataset: camvid}")
        == "the configuration: data.root is null; it must be given for this data.dataset.")
    #expect(sentence("data: {dataset: folder, root: a}").contains("data.labels is null"))
    #expect(sentence("data: {validation_height: 64}").contains("data.validation_width is null"))
    let eleven = "model: {classes: 11}\ndata: {dataset: folder, root: a, labels: b, mapping: "
    #expect(
      sentence(eleven + "{0: 11}}").hasSuffix(
        "it must map to train ids below model.classes, or to 255."))
    #expect(sentence(eleven + "{0: 10, 1: 255}}").hasPrefix("accepted"))
  }

  @Test func whatIsNoYAMLNamesTheLine() {
    #expect(sentence("seed: 1\nmodel: [1, 2\n").hasPrefix("'train.yaml', line 3: not valid YAML: "))
    #expect(sentence("seed: 1\n\tmodel: 2\n").hasPrefix("'train.yaml', line 2: not valid YAML: "))
    #expect(sentence("seed: 1\n---\nseed: 2\n").contains("not valid YAML"))
    #expect(sentence("seed: &a *a").contains("not valid YAML"))
    #expect(sentence("seed: \u{1}").contains("not valid YAML"))
    #expect(sentence("", "seed=[1").hasPrefix("--set seed=[1: not valid YAML: "))
    #expect(
      sentence("output: a\nseed: 1\nseed: 2").hasSuffix(
        "the key 'seed' is given twice; keep one."))
  }

  @Test func aFileThatCannotBeReadIsNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("absent.yaml")
    let error = #expect(throws: ConfigurationError.self) {
      try TrainingConfiguration.load(contentsOf: path)
    }
    #expect(
      error?.description
        == "'\(path)': cannot be read: there is no such file; check the path.")
    let folderError = #expect(throws: ConfigurationError.self) {
      try TrainingConfiguration.load(contentsOf: folder.path)
    }
    #expect(folderError?.problem == .unreadable(reason: "it is a folder"))
    let file = try folder.write("seed: 7", as: "a.yaml")
    #expect(try TrainingConfiguration.load(contentsOf: file, overrides: ["output=x"]).seed == 7)
  }
}
