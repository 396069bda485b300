// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "Tensor",
  products: [
    .library(name: "Tensor", targets: ["Tensor"]),
    .library(name: "TensorTesting", targets: ["TensorTesting"]),
  ],
  targets: [
    // oneDNN, from `apt-get install libdnnl-dev`: it has no pkg-config file to name here.
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("m")]),
    .target(name: "Tensor", dependencies: ["COneDNN", "CKernels"], swiftSettings: settings),
    .target(name: "TensorTesting", dependencies: ["Tensor"], swiftSettings: settings),
    .testTarget(
      name: "TensorTests", dependencies: ["Tensor", "TensorTesting"], swiftSettings: settings),
  ]
)
