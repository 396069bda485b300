// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "NN",
  products: [.library(name: "NN", targets: ["NN"])],
  dependencies: [.package(path: "../Tensor"), .package(path: "../Checkpoint")],
  targets: [
    .target(
      name: "NN",
      dependencies: [
        .product(name: "Tensor", package: "Tensor"),
        .product(name: "Checkpoint", package: "Checkpoint"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "NNTests",
      dependencies: [
        "NN", .product(name: "Tensor", package: "Tensor"),
        .product(name: "TensorTesting", package: "Tensor"),
        .product(name: "Checkpoint", package: "Checkpoint"),
      ],
      exclude: ["Golden"],
      swiftSettings: settings),
  ]
)
