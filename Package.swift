// swift-tools-version: 6.2
import PackageDescription

// One repository, two views. Each folder of Packages/ is a package that builds and tests alone; this
// manifest declares the same targets by path and vends them all, because SwiftPM refuses a versioned
// package that depends on others by path. `ci/compare-manifests` keeps the two views equal.

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A target of a package below Packages/.
func library(_ name: String, in package: String, uses: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: uses, path: "Packages/\(package)/Sources/\(name)",
    swiftSettings: settings)
}

/// A C target of a package below Packages/.
func cLibrary(
  _ name: String, in package: String, uses: [Target.Dependency] = [], links: [String] = []
) -> Target {
  .target(
    name: name, dependencies: uses, path: "Packages/\(package)/Sources/\(name)",
    linkerSettings: links.map { .linkedLibrary($0) })
}

/// The tests of a package below Packages/.
func tests(
  _ name: String, in package: String, uses: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: uses, path: "Packages/\(package)/Tests/\(name)", exclude: exclude,
    swiftSettings: settings)
}

/// An app below Apps/.
func app(_ name: String, uses: [Target.Dependency], exclude: [String] = []) -> Target {
  .executableTarget(
    name: name,
    dependencies: uses + [.product(name: "ArgumentParser", package: "swift-argument-parser")],
    path: "Apps/\(name)", exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "StreetSegmentation",
  products: [
    .library(name: "Tensor", targets: ["Tensor"]),
    .library(name: "TensorTesting", targets: ["TensorTesting"]),
    .library(name: "PNG", targets: ["PNG"]),
    .library(name: "Checkpoint", targets: ["Checkpoint"]),
    .library(name: "VisionDatasets", targets: ["VisionDatasets"]),
    .library(name: "SegmentationMetrics", targets: ["SegmentationMetrics"]),
    .library(name: "NN", targets: ["NN"]),
    .library(name: "BiSeNet", targets: ["BiSeNet"]),
    .library(name: "Adversarial", targets: ["Adversarial"]),
    .library(name: "PseudoLabel", targets: ["PseudoLabel"]),
    .library(name: "Training", targets: ["Training"]),
    .executable(name: "train", targets: ["train"]),
    .executable(name: "eval", targets: ["eval"]),
    .executable(name: "predict", targets: ["predict"]),
    .executable(name: "export-pseudo-labels", targets: ["export-pseudo-labels"]),
    .executable(name: "reproduce", targets: ["reproduce"]),
    .executable(name: "bench", targets: ["bench"]),
    .executable(name: "count-flops", targets: ["count-flops"]),
    .executable(name: "make-streets", targets: ["make-streets"]),
    .executable(name: "convert-checkpoint", targets: ["convert-checkpoint"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Level 0
    cLibrary("COneDNN", in: "Tensor", links: ["dnnl"]),
    cLibrary("CKernels", in: "Tensor", links: ["gomp", "m"]),
    library("Tensor", in: "Tensor", uses: ["COneDNN", "CKernels"]),
    library("TensorTesting", in: "Tensor", uses: ["Tensor"]),
    tests("TensorTests", in: "Tensor", uses: ["Tensor", "TensorTesting"]),
    .systemLibrary(
      name: "CLibPNG", path: "Packages/PNG/Sources/CLibPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    cLibrary("CPNG", in: "PNG", uses: ["CLibPNG"]),
    library("PNG", in: "PNG", uses: ["CPNG"]),
    tests("PNGTests", in: "PNG", uses: ["PNG"], exclude: ["Golden"]),
    .executableTarget(
      name: "FuzzPNG", dependencies: ["PNG"], path: "Packages/PNG/Fuzz", exclude: ["Corpus"],
      swiftSettings: settings),

    // Level 1
    .systemLibrary(
      name: "CLibZ", path: "Packages/Checkpoint/Sources/CLibZ", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    library("Checkpoint", in: "Checkpoint", uses: ["CLibZ"]),
    .executableTarget(
      name: "FuzzCheckpoint", dependencies: ["Checkpoint", "CLibZ"],
      path: "Packages/Checkpoint/Fuzz", exclude: ["Corpus"], swiftSettings: settings),
    tests("CheckpointTests", in: "Checkpoint", uses: ["Checkpoint"], exclude: ["Golden"]),
    library("VisionDatasets", in: "VisionDatasets", uses: ["PNG"]),
    tests(
      "VisionDatasetsTests", in: "VisionDatasets", uses: ["VisionDatasets", "PNG"],
      exclude: ["Golden"]),
    library("SegmentationMetrics", in: "Metrics"),
    tests("SegmentationMetricsTests", in: "Metrics", uses: ["SegmentationMetrics"]),

    // Level 2
    library("NN", in: "NN", uses: ["Tensor", "Checkpoint"]),
    tests(
      "NNTests", in: "NN", uses: ["NN", "Tensor", "TensorTesting", "Checkpoint"],
      exclude: ["Golden"]),

    // Level 3
    library("BiSeNet", in: "BiSeNet", uses: ["Tensor", "NN"]),
    tests(
      "BiSeNetTests", in: "BiSeNet", uses: ["BiSeNet", "Tensor", "TensorTesting", "NN"],
      exclude: ["Golden"]),
    library("Adversarial", in: "Adversarial", uses: ["Tensor", "NN"]),
    tests(
      "AdversarialTests", in: "Adversarial", uses: ["Adversarial", "Tensor", "TensorTesting", "NN"]),
    library(
      "PseudoLabel", in: "PseudoLabel", uses: ["Tensor", "VisionDatasets", "SegmentationMetrics"]),
    tests(
      "PseudoLabelTests", in: "PseudoLabel",
      uses: [
        "PseudoLabel", "Tensor", "TensorTesting", "VisionDatasets", "SegmentationMetrics",
      ]),

    // Level 4
    library(
      "Training", in: "Training",
      uses: [
        "Tensor", "PNG", "Checkpoint", "VisionDatasets", "SegmentationMetrics", "NN", "BiSeNet",
        "Adversarial", "PseudoLabel", .product(name: "Yams", package: "Yams"),
      ]),
    .executableTarget(
      name: "FuzzConfiguration", dependencies: ["Training"], path: "Packages/Training/Fuzz",
      exclude: ["Corpus"], swiftSettings: settings),
    tests(
      "TrainingTests", in: "Training",
      uses: [
        "Training", "Tensor", "TensorTesting", "Checkpoint", "PNG", "VisionDatasets",
        "SegmentationMetrics", "NN", "BiSeNet", "Adversarial", "PseudoLabel",
      ]),

    // Level 5
    app("train", uses: ["AppOptions", "Training", "SegmentationMetrics"], exclude: ["configs"]),
    .target(
      name: "AppOptions",
      dependencies: [
        "Training", "PseudoLabel", "VisionDatasets",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Apps/Options", swiftSettings: settings),
    app(
      "eval", uses: ["AppOptions", "Training", "VisionDatasets", "SegmentationMetrics"],
      exclude: ["peers"]),
    app(
      "export-pseudo-labels",
      uses: ["AppOptions", "Training", "PseudoLabel", "VisionDatasets", "SegmentationMetrics"]),
    app("predict", uses: ["AppOptions", "Training", "VisionDatasets", "SegmentationMetrics"]),
    app(
      "bench",
      uses: [
        "AppOptions", "Training", "BiSeNet", "Adversarial", "NN", "Tensor", "VisionDatasets",
        "SegmentationMetrics", "PNG",
      ],
      exclude: ["peers"]),
    app(
      "count-flops",
      uses: [
        "AppOptions", "Training", "BiSeNet", "Adversarial", "NN", "Tensor", "SegmentationMetrics",
      ]),
    app("reproduce", uses: ["AppOptions", "Training", "PseudoLabel", "SegmentationMetrics"]),
    app("make-streets", uses: ["AppOptions", "Training", "VisionDatasets"]),
    app("convert-checkpoint", uses: ["Training", "BiSeNet", "NN", "Checkpoint"]),
    .executableTarget(
      name: "NetworkOutputs", dependencies: ["Training", "BiSeNet", "NN", "Tensor", "Checkpoint"],
      path: "Tests/Interoperability", exclude: ["check.py"], swiftSettings: settings),
    .testTarget(
      name: "AppTests",
      dependencies: [
        "train", "eval", "predict", "export-pseudo-labels", "reproduce", "count-flops",
        "make-streets", "convert-checkpoint", "PNG", "Checkpoint", "VisionDatasets",
        "SegmentationMetrics",
      ],
      path: "Tests/AppTests", swiftSettings: settings),
  ]
)
