// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "VisionDatasets",
  products: [.library(name: "VisionDatasets", targets: ["VisionDatasets"])],
  dependencies: [.package(path: "../PNG")],
  targets: [
    .target(
      name: "VisionDatasets", dependencies: [.product(name: "PNG", package: "PNG")],
      swiftSettings: settings),
    .testTarget(
      name: "VisionDatasetsTests",
      dependencies: ["VisionDatasets", .product(name: "PNG", package: "PNG")],
      exclude: ["Golden"], swiftSettings: settings),
  ]
)
