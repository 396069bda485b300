/// Draws a scene in a look.
struct StreetRenderer {
  let palette: any Palette
  let finish: CameraFinish
  let width: Int
  let height: Int

  /// Adds the ego vehicle's hood to the scene, for it depends on the picture's shape, and draws.
  func render(
    _ scene: inout StreetScene, in buffers: inout RenderBuffers
  ) -> (image: RGBImage, label: LabelMap) {
    let projection = Projection(camera: scene.camera, width: width * 2, height: height * 2)
    let hood = scene.addHood(aspect: Float(height) / Float(width))
    let planes = scene.faces.map { projection.plane(of: $0) }
    draw(scene, projection, planes, hood: hood, into: &buffers.visibility)
    let shader = Shader(
      scene: scene, planes: planes, palette: palette, projection: projection, pixel: 2)
    var labels = [UInt8](repeating: 0, count: width * height)
    resolve(scene, shader, buffers.visibility.faces, &labels, &buffers.light)
    let pixels = finish.developed(&buffers.light, width: width, height: height)
    return (
      RGBImage(width: width, height: height, pixels: pixels),
      LabelMap(width: width, height: height, labels: labels)
    )
  }

  private func draw(
    _ scene: StreetScene, _ projection: Projection, _ planes: [FacePlane], hood: Int?,
    into buffer: inout VisibilityBuffer
  ) {
    let ground = scene.groundFaceCount
    let placed = scene.vertices.map { projection.placed($0) }
    var points: [Vector] = []
    func draw(_ index: Int) {
      let face = scene.faces[index]
      points.removeAll(keepingCapacity: true)
      points.append(contentsOf: placed[face.firstVertex..<(face.firstVertex + face.vertexCount)])
      buffer.draw(
        points, projection, nearness: planes[index].nearness, face: UInt32(index) + 1)
    }
    for index in 0..<ground { draw(index) }
    for outline in scene.contacts {
      buffer.mark(Array(placed[outline]), projection, VisibilityBuffer.contact, groundCount: ground)
    }
    if palette.atmosphere(sun: scene.sun).shadowDepth > 0 {
      for index in ground..<scene.faces.count where scene.faces[index].castsShadow && index != hood
      {
        let face = scene.faces[index]
        let sun = scene.sun
        points.removeAll(keepingCapacity: true)
        for vertex in scene.vertices[face.firstVertex..<(face.firstVertex + face.vertexCount)] {
          points.append(projection.placed(vertex - sun * ((vertex.y - 0.06) / sun.y)))
        }
        buffer.mark(points, projection, VisibilityBuffer.shadow, groundCount: ground)
      }
    }
    for index in ground..<scene.faces.count { draw(index) }
  }

  /// Four samples to a pixel: the label that most of them have, and the mean of their colours, of
  /// which equal ones are shaded once.
  private func resolve(
    _ scene: StreetScene, _ shader: Shader, _ samples: [UInt32], _ labels: inout [UInt8],
    _ light: inout [Float]
  ) {
    let width = width
    // Sky first: sample 0 is the sky, others a face's place plus one.
    var labelOf = [CityscapesClass.sky.rawValue]
    labelOf.append(contentsOf: scene.faces.map(\.label))
    let mask = VisibilityBuffer.faceMask
    for row in 0..<height {
      for column in 0..<width {
        let at = row * width * 4 + column * 2
        let a = samples[at]
        let b = samples[at + 1]
        let c = samples[at + width * 2]
        let d = samples[at + width * 2 + 1]
        let x = Float(column * 2) + 1
        let y = Float(row * 2) + 1
        let place = row * width + column
        var colour: Vector
        if a == b && a == c && a == d {
          colour = shader.colour(a, x, y)
          labels[place] = labelOf[Int(a & mask)]
        } else {
          colour = shader.colour(a, x, y)
          let ofB = b == a ? colour : shader.colour(b, x, y)
          let ofC = c == a ? colour : c == b ? ofB : shader.colour(c, x, y)
          let ofD = d == a ? colour : d == b ? ofB : d == c ? ofC : shader.colour(d, x, y)
          colour = (colour + ofB + ofC + ofD) * 0.25
          labels[place] = Self.most(
            labelOf[Int(a & mask)], labelOf[Int(b & mask)], labelOf[Int(c & mask)],
            labelOf[Int(d & mask)])
        }
        light[place * 3] = colour.x
        light[place * 3 + 1] = colour.y
        light[place * 3 + 2] = colour.z
      }
    }
  }

  /// The label that occurs most; the first of those that occur as often.
  @inline(__always)
  private static func most(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> UInt8 {
    if a == b || a == c || a == d { return b == c && c == d ? b : a }
    if b == c || b == d { return b }
    return c == d ? c : a
  }
}

extension StreetScene {
  /// Adds the ego vehicle's hood before the camera, if it has one in view, and gives its place.
  mutating func addHood(aspect: Float) -> Int? {
    guard hoodHeight > 0 else { return nil }
    let heading = Frame(origin: camera.position, turns: camera.turns)
    let distance: Float = 0.3
    let hood = surface(.hood)
    var points: [Vector] = []
    let corners = 24
    for corner in 0...corners {
      // A flat arch from the left edge to the right, then down out of the picture.
      let x = Float(corner) / Float(corners) * 2 - 1
      let arch = hoodHeight * (1 - 0.55 * x * x)
      points.append(hoodPoint(heading, x * 0.52, 1 - arch, aspect, distance))
    }
    points.append(hoodPoint(heading, 0.52, 1.1, aspect, distance))
    points.append(hoodPoint(heading, -0.52, 1.1, aspect, distance))
    polygon(points, hood, .road, castsShadow: false)
    faces[faces.count - 1].label = LabelMap.ignored
    return faces.count - 1
  }

  /// The place before the camera seen at `x` widths from the middle and `y` heights from the top.
  private func hoodPoint(
    _ heading: Frame, _ x: Float, _ y: Float, _ aspect: Float, _ distance: Float
  ) -> Vector {
    heading.point(
      x * distance / camera.focal, (camera.horizon - y) * aspect * distance / camera.focal, distance
    )
  }
}
