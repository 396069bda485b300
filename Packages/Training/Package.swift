// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "Training",
  products: [.library(name: "Training", targets: ["Training"])],
  dependencies: [
    .package(path: "../Checkpoint"),
    .package(path: "../Metrics"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(
      name: "Training",
      dependencies: [
        .product(name: "Checkpoint", package: "Checkpoint"),
        .product(name: "SegmentationMetrics", package: "Metrics"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training",
        .product(name: "Checkpoint", package: "Checkpoint"),
        .product(name: "SegmentationMetrics", package: "Metrics"),
      ],
      swiftSettings: settings),
  ]
)
