// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "PNG",
  products: [.library(name: "PNG", targets: ["PNG"])],
  targets: [
    .systemLibrary(
      name: "CLibPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .target(name: "CPNG", dependencies: ["CLibPNG"]),
    .target(name: "PNG", dependencies: ["CPNG"], swiftSettings: settings),
    .testTarget(
      name: "PNGTests", dependencies: ["PNG"], exclude: ["Golden"], swiftSettings: settings),
    .executableTarget(
      name: "FuzzPNG", dependencies: ["PNG"], path: "Fuzz", exclude: ["Corpus"],
      swiftSettings: settings),
  ]
)
