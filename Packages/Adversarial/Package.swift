// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "Adversarial",
  products: [.library(name: "Adversarial", targets: ["Adversarial"])],
  dependencies: [.package(path: "../Tensor"), .package(path: "../NN")],
  targets: [
    .target(
      name: "Adversarial",
      dependencies: [
        .product(name: "Tensor", package: "Tensor"), .product(name: "NN", package: "NN"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "AdversarialTests",
      dependencies: [
        "Adversarial", .product(name: "Tensor", package: "Tensor"),
        .product(name: "TensorTesting", package: "Tensor"),
        .product(name: "NN", package: "NN"),
      ],
      swiftSettings: settings),
  ]
)
