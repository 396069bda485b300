import Adversarial

/// What the paper's tables hold: percentages in the order of the nineteen classes, and their mean as it
/// is printed.
enum PaperTables {
  struct Row {
    let name: String
    let classes: [Double]
    let mIoU: Double
  }

  /// Table I: BiSeNet on Cityscapes.
  static let backbones: [Row] = [
    Row(
      name: "ResNet-101",
      classes: [
        97.01, 76.12, 88.77, 47.46, 42.85, 42.97, 49.01, 61.59, 88.97, 55.45, 91.28, 66.16, 43.82,
        90.27, 40.21, 36.57, 33.95, 38.16, 61.86,
      ], mIoU: 60.7),
    Row(
      name: "ResNet-18",
      classes: [
        96.05, 70.99, 86.40, 29.81, 38.04, 38.16, 37.44, 53.49, 87.35, 52.45, 89.72, 59.91, 32.08,
        87.47, 23.15, 46.08, 42.5, 28.49, 54.75,
      ], mIoU: 55.5),
  ]

  /// Table II: GTA5 to Cityscapes with ResNet-101. There is no source-only row.
  static let variants: [ReproductionStage.Kind: Row] = [
    .targetOnly: Row(name: "Target only", classes: backbones[0].classes, mIoU: 60.7),
    .adaptation(.fcd): Row(
      name: "FCD",
      classes: [
        76.28, 23.13, 76.77, 28.22, 10.85, 21.09, 19.04, 5.78, 80.75, 27.37, 70.53, 40.95, 10.38,
        66.58, 13.11, 7.70, 0, 6.47, 0,
      ], mIoU: 30.8),
    .adaptation(.fcdLight): Row(
      name: "FCD-Light",
      classes: [
        81.94, 33.81, 75.76, 22.63, 10.98, 21.06, 11.54, 6.20, 78.55, 21.75, 70.53, 36.95, 7.11,
        66.54, 14.95, 8.72, 0, 8.52, 0,
      ], mIoU: 30.4),
    .selfSupervised(layers: 1, round: 1): Row(
      name: "FCD-SSL",
      classes: [
        78.92, 23.06, 78.59, 23.21, 14.21, 21.90, 16.20, 6.15, 81.73, 23.84, 72.3, 45.41, 13.3,
        72.96, 12.48, 6.52, 0, 7.01, 0,
      ], mIoU: 31.5),
    .selfSupervised(layers: 2, round: 1): Row(
      name: "FCD-SSL-2",
      classes: [
        79.94, 21.85, 78.74, 22.37, 11.40, 20.60, 16.49, 6.09, 81.79, 25.69, 74.82, 43.33, 10.87,
        72.12, 12.63, 4.38, 0, 6.42, 0,
      ], mIoU: 31.0),
    .selfSupervised(layers: 3, round: 1): Row(
      name: "FCD-SSL-3",
      classes: [
        80.62, 24.26, 78.55, 21.33, 12.74, 21.07, 15.80, 5.68, 81.96, 25.66, 74.27, 43.85, 11.11,
        73.98, 12.73, 3.17, 0.14, 6.91, 0.01,
      ], mIoU: 31.3),
  ]

  /// Table III: parameters, floating point operations and hours of training.
  static let complexity: [(name: String, parameters: String, flops: String, hours: Double)] = [
    ("FCD", "2.781 M", "30.953 G", 6.23), ("FCD-Light", "0.189 M", "2.178 G", 5.21),
  ]
}
