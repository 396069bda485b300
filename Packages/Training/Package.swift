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
    .package(path: "../Tensor"),
    .package(path: "../PNG"),
    .package(path: "../Checkpoint"),
    .package(path: "../VisionDatasets"),
    .package(path: "../Metrics"),
    .package(path: "../NN"),
    .package(path: "../BiSeNet"),
    .package(path: "../Adversarial"),
    .package(path: "../PseudoLabel"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(
      name: "Training",
      dependencies: [
        .product(name: "Tensor", package: "Tensor"),
        .product(name: "PNG", package: "PNG"),
        .product(name: "Checkpoint", package: "Checkpoint"),
        .product(name: "VisionDatasets", package: "VisionDatasets"),
        .product(name: "SegmentationMetrics", package: "Metrics"),
        .product(name: "NN", package: "NN"),
        .product(name: "BiSeNet", package: "BiSeNet"),
        .product(name: "Adversarial", package: "Adversarial"),
        .product(name: "PseudoLabel", package: "PseudoLabel"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "FuzzConfiguration", dependencies: ["Training"], path: "Fuzz", exclude: ["Corpus"],
      swiftSettings: settings),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training",
        .product(name: "Tensor", package: "Tensor"),
        .product(name: "TensorTesting", package: "Tensor"),
        .product(name: "Checkpoint", package: "Checkpoint"),
        .product(name: "PNG", package: "PNG"),
        .product(name: "VisionDatasets", package: "VisionDatasets"),
        .product(name: "SegmentationMetrics", package: "Metrics"),
        .product(name: "NN", package: "NN"),
        .product(name: "BiSeNet", package: "BiSeNet"),
        .product(name: "Adversarial", package: "Adversarial"),
        .product(name: "PseudoLabel", package: "PseudoLabel"),
      ],
      swiftSettings: settings),
  ]
)
