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
    .systemLibrary(
      name: "CLibZ", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(name: "Checkpoint", dependencies: ["CLibZ"], swiftSettings: settings),
    .executableTarget(
      name: "FuzzCheckpoint", dependencies: ["Checkpoint", "CLibZ"], path: "Fuzz",
      exclude: ["Corpus"], swiftSettings: settings),
    .testTarget(
      name: "CheckpointTests", dependencies: ["Checkpoint"], exclude: ["Golden"],
      swiftSettings: settings),
  ]
)
