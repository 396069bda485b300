import Foundation
import SegmentationMetrics
import Testing

@Suite struct ReportTests {
  private func report() -> SegmentationReport {
    var matrix = ConfusionMatrix(classes: 3)
    matrix.add(prediction: [0, 0, 1, 1], truth: [0, 1, 1, 1])
    return SegmentationReport(
      matrix, classNames: ["road", "side \"walk\"", "train"], images: 1, labelResolution: .full)
  }

  @Test func theReportsJSONHasExactlyItsKeysInOrder() throws {
    #expect(
      report().json.line
        == #"{"mIoU":0.5833333333333333,"mIoU19":0.38888888888888884,"pixelAccuracy":0.75,"#
        + #""classes":{"road":0.5,"side \"walk\"":0.6666666666666666,"train":null},"#
        + #""images":1,"labelResolution":"full"}"#)
    let parsed = try #require(
      JSONSerialization.jsonObject(with: Data(report().json.text.utf8)) as? [String: Any])
    #expect(
      Set(parsed.keys)
        == ["mIoU", "mIoU19", "pixelAccuracy", "classes", "images", "labelResolution"])
    let classes = try #require(parsed["classes"] as? [String: Any])
    #expect(classes["train"] is NSNull)
    #expect(classes["road"] as? Double == 0.5)
  }

  @Test func theReportOfNothingIsNullAndNotNaN() {
    let empty = SegmentationReport(
      ConfusionMatrix(classes: 1), classNames: ["road"], images: 0, labelResolution: .input)
    #expect(
      empty.json.line
        == #"{"mIoU":null,"mIoU19":0.0,"pixelAccuracy":null,"classes":{"road":null},"#
        + #""images":0,"labelResolution":"input"}"#)
    #expect(!empty.table.lowercased().contains("nan"))
  }

  @Test func theReportsTableIsInPercent() {
    #expect(
      report().table == """
        class                        IoU %  accuracy %  pixels %
        ---------------------------  -----  ----------  --------
        road                         50.00      100.00     25.00
        side "walk"                  66.67       66.67     75.00
        train                            -           -      0.00
        ---------------------------  -----  ----------  --------
        mIoU (2 classes that occur)  58.33
        mIoU19 (all 3, absent as 0)  38.89
        pixel accuracy               75.00
        1 image, compared at the labels' own resolution (full)

        """)
  }

  private let complexity = ComplexityReport(
    network: "tiny", inputShape: [1, 3, 8, 16],
    layers: [
      .init(
        name: "conv1", kind: "conv 3x3/2", outputShape: [1, 64, 4, 8], parameters: 1728,
        macs: 55296),
      .init(
        name: "conv1.bn", kind: "batch norm", outputShape: [1, 64, 4, 8], parameters: 128, macs: 0),
    ])

  @Test func theComplexityIsTheSumOfTheLayers() {
    #expect(complexity.parameters == 1856)
    #expect(complexity.macs == 55296)
    #expect(complexity.flops == 110592)
    #expect(complexity.json().line == #"{"parameters":1856,"macs":55296,"flops":110592}"#)
    #expect(
      complexity.json(includingLayers: true).line
        == #"{"parameters":1856,"macs":55296,"flops":110592,"layers":["#
        + #"{"name":"conv1","kind":"conv 3x3/2","outputShape":[1,64,4,8],"#
        + #""parameters":1728,"macs":55296},"#
        + #"{"name":"conv1.bn","kind":"batch norm","outputShape":[1,64,4,8],"#
        + #""parameters":128,"macs":0}]}"#)
  }

  @Test func theComplexityTableListsLayersOnRequest() {
    #expect(
      complexity.table() == """
        tiny at 1x3x8x16
        parameters  1,856 (0.002 M)
        MACs        55,296 (0.000 G)
        FLOPs       110,592 (0.000 G, 2 x MACs)

        """)
    #expect(
      complexity.table(includingLayers: true).hasPrefix(
        """
        tiny at 1x3x8x16
        layer     kind          output  parameters    MACs
        --------  ----------  --------  ----------  ------
        conv1     conv 3x3/2  1x64x4x8       1,728  55,296
        conv1.bn  batch norm  1x64x4x8         128       0
        --------  ----------  --------  ----------  ------
        total                                1,856  55,296

        """))
  }

  @Test func jsonEscapesAndHasNoNaN() throws {
    let value = JSONValue.object([
      .init("a\"\\\n\t\u{1}ä", .array([.bool(true), .null, .number(.nan), .number(1e-7)])),
      .init("empty", .array([])), .init("none", .object([])), .init("max", .integer(.max)),
    ])
    #expect(
      value.line
        == #"{"a\"\\\n\t\u0001ä":[true,null,null,1e-07],"empty":[],"none":{},"#
        + #""max":9223372036854775807}"#)
    for text in [value.line, value.text] {
      let parsed = try #require(
        JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(parsed.keys.contains("a\"\\\n\t\u{1}ä"))
    }
  }
}
