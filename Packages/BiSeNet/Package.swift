// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "BiSeNet",
  products: [.library(name: "BiSeNet", targets: ["BiSeNet"])],
  dependencies: [.package(path: "../Tensor"), .package(path: "../NN")],
  targets: [
    .target(
      name: "BiSeNet",
      dependencies: [
        .product(name: "Tensor", package: "Tensor"), .product(name: "NN", package: "NN"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "BiSeNetTests",
      dependencies: [
        "BiSeNet", .product(name: "Tensor", package: "Tensor"),
        .product(name: "TensorTesting", package: "Tensor"),
        .product(name: "NN", package: "NN"),
      ],
      exclude: ["Golden"],
      swiftSettings: settings),
  ]
)
