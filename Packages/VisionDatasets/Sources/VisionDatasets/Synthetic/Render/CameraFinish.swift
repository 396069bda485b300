/// What the camera makes of the light it is given.
struct CameraFinish {
  /// Gain per channel: exposure and white balance.
  var gain: Vector
  /// 1 keeps the colours; 0 is grey.
  var saturation: Float
  /// Slope about mid-grey.
  var contrast: Float
  /// How much darker the corners are.
  var vignette: Float
  /// Standard deviation of blur as a share of the picture's width.
  var blur: Float
  /// Standard deviation of sensor noise, of 0 to 1.
  var noise: Float
  var seed: UInt32

  /// Blur, vignette, tone and noise, to bytes.
  func developed(_ light: inout [Float], width: Int, height: Int) -> [UInt8] {
    if blur > 0 { soften(&light, width: width, height: height) }
    var bytes = [UInt8](repeating: 0, count: light.count)
    let centreX = Float(width) / 2
    let centreY = Float(height) / 2
    let reach = 1 / (centreX * centreX + centreY * centreY)
    for row in 0..<height {
      let y = Float(row) + 0.5 - centreY
      for column in 0..<width {
        let x = Float(column) + 0.5 - centreX
        let dimming = 1 - vignette * (x * x + y * y) * reach
        let place = (row * width + column) * 3
        var colour = Vector(light[place], light[place + 1], light[place + 2]) * gain * dimming
        let grey = colour.x * 0.3 + colour.y * 0.59 + colour.z * 0.11
        colour = Vector(repeating: grey).mixed(colour, saturation)
        colour = (colour - 0.5) * contrast + 0.5
        if noise > 0 { colour += sensorNoise(UInt32(truncatingIfNeeded: place)) }
        let level = pointwiseMin(
          pointwiseMax(colour * 255 + 0.5, Vector(repeating: 0)), Vector(repeating: 255))
        bytes[place] = UInt8(level.x)
        bytes[place + 1] = UInt8(level.y)
        bytes[place + 2] = UInt8(level.z)
      }
    }
    return bytes
  }

  /// Nearly normal: the sum of two even numbers in each channel, and one that all share.
  @inline(__always)
  private func sensorNoise(_ place: UInt32) -> Vector {
    let a = Noise.hash(place ^ seed)
    let b = Noise.hash(a)
    let scale = noise / 104
    let shared = Float(Int32(b >> 24)) - 127.5
    return Vector(
      Float(Int32(a & 255) + Int32(b & 255)) - 255 + shared,
      Float(Int32(a >> 8 & 255) + Int32(b >> 8 & 255)) - 255 + shared,
      Float(Int32(a >> 16 & 255) + Int32(b >> 16 & 255)) - 255 + shared) * (scale * 0.8)
  }

  /// A three-tap filter along rows, then along columns; its variance is the blur's.
  private func soften(_ light: inout [Float], width: Int, height: Int) {
    let sigma = blur * Float(width)
    let side = min(0.3, sigma * sigma / 2)
    let middle = 1 - 2 * side
    let stride = width * 3
    for row in 0..<height {
      let start = row * stride
      for channel in 0..<3 {
        var previous = light[start + channel]
        for place in Swift.stride(from: start + channel, to: start + stride - 3, by: 3) {
          let here = light[place]
          light[place] = side * (previous + light[place + 3]) + middle * here
          previous = here
        }
      }
    }
    var above = Array(light[0..<stride])
    for row in 0..<(height - 1) {
      let start = row * stride
      for offset in 0..<stride {
        let here = light[start + offset]
        light[start + offset] =
          side * (above[offset] + light[start + stride + offset]) + middle * here
        above[offset] = here
      }
    }
  }
}
