// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

// The module is not called Metrics because apple/swift-metrics has that name.
let package = Package(
  name: "Metrics",
  products: [.library(name: "SegmentationMetrics", targets: ["SegmentationMetrics"])],
  targets: [
    .target(name: "SegmentationMetrics", swiftSettings: settings),
    .testTarget(
      name: "SegmentationMetricsTests", dependencies: ["SegmentationMetrics"],
      swiftSettings: settings),
  ]
)
