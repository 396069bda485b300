// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "Checkpoint",
  products: [.library(name: "Checkpoint", targets: ["Checkpoint"])],
  targets: [
    .target(name: "Checkpoint", swiftSettings: settings),
    .testTarget(
      name: "CheckpointTests", dependencies: ["Checkpoint"], swiftSettings: settings),
  ]
)
