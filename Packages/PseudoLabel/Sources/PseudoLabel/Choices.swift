/// How several layers' predictions become one.
public enum Fusion: String, CaseIterable, Sendable {
  /// Per pixel the most confident layer decides; of equally confident ones the earlier.
  case confidence
  /// Per pixel the class that most layers name; of those with equally many votes the one with the
  /// most confident supporter, then the lower class. The confidence is that supporter's.
  case majority
}

/// From what confidence on a pixel is kept.
public enum ThresholdRule: String, CaseIterable, Sendable {
  /// The same threshold for every class.
  case fixed
  /// Per class and image: a quantile of the confidences of the image's pixels of that class, at most
  /// the cap.
  case median
  /// Per class: a quantile of the confidences of all images' pixels of that class, at most the cap.
  case medianDataset = "median-dataset"
}
