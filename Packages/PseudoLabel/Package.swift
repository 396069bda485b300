// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "PseudoLabel",
  products: [.library(name: "PseudoLabel", targets: ["PseudoLabel"])],
  dependencies: [
    .package(path: "../Tensor"), .package(path: "../VisionDatasets"),
    .package(path: "../Metrics"),
  ],
  targets: [
    .target(
      name: "PseudoLabel",
      dependencies: [
        .product(name: "Tensor", package: "Tensor"),
        .product(name: "VisionDatasets", package: "VisionDatasets"),
        .product(name: "SegmentationMetrics", package: "Metrics"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "PseudoLabelTests",
      dependencies: [
        "PseudoLabel", .product(name: "Tensor", package: "Tensor"),
        .product(name: "TensorTesting", package: "Tensor"),
        .product(name: "VisionDatasets", package: "VisionDatasets"),
        .product(name: "SegmentationMetrics", package: "Metrics"),
      ],
      swiftSettings: settings),
  ]
)
