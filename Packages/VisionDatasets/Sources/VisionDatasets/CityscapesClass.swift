/// The nineteen classes of Cityscapes; the raw value is the train id.
public enum CityscapesClass: UInt8, CaseIterable, Sendable {
  case road, sidewalk, building, wall, fence, pole
  case trafficLight, trafficSign, vegetation, terrain, sky
  case person, rider, car, truck, bus, train, motorcycle, bicycle

  /// The name printed in tables, as in Cityscapes: `traffic light`.
  public var name: String {
    switch self {
    case .trafficLight: "traffic light"
    case .trafficSign: "traffic sign"
    default: String(describing: self)
    }
  }

  /// The class's colour in the standard Cityscapes palette.
  public var colour: (red: UInt8, green: UInt8, blue: UInt8) {
    switch self {
    case .road: (128, 64, 128)
    case .sidewalk: (244, 35, 232)
    case .building: (70, 70, 70)
    case .wall: (102, 102, 156)
    case .fence: (190, 153, 153)
    case .pole: (153, 153, 153)
    case .trafficLight: (250, 170, 30)
    case .trafficSign: (220, 220, 0)
    case .vegetation: (107, 142, 35)
    case .terrain: (152, 251, 152)
    case .sky: (70, 130, 180)
    case .person: (220, 20, 60)
    case .rider: (255, 0, 0)
    case .car: (0, 0, 142)
    case .truck: (0, 0, 70)
    case .bus: (0, 60, 100)
    case .train: (0, 80, 100)
    case .motorcycle: (0, 0, 230)
    case .bicycle: (119, 11, 32)
    }
  }

  /// The Cityscapes label id (7 road … 33 bicycle) that this train id stands for.
  public var labelID: UInt8 {
    switch self {
    case .road: 7
    case .sidewalk: 8
    case .building: 11
    case .wall: 12
    case .fence: 13
    case .pole: 17
    case .trafficLight: 19
    case .trafficSign: 20
    case .vegetation: 21
    case .terrain: 22
    case .sky: 23
    case .person: 24
    case .rider: 25
    case .car: 26
    case .truck: 27
    case .bus: 28
    case .train: 31
    case .motorcycle: 32
    case .bicycle: 33
    }
  }
}
