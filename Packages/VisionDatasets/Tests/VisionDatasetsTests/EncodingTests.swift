import Testing
import VisionDatasets

@Suite struct EncodingTests {
  private func read(_ values: [UInt8], _ mapping: LabelMapping) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let file = try folder.labels(values, width: values.count, to: "a.png")
    do {
      return try LabelMap(contentsOf: file, mapping: mapping).labels
    } catch let error as DatasetError {
      #expect(error.description.hasPrefix(file + ": "))
      throw error
    }
  }

  @Test func `label ids where train ids are declared are recognised`() throws {
    let error = #expect(throws: DatasetError.self) { try read([7, 33, 26, 0], .trainIDs) }
    guard case .wrongEncoding(_, .labelIDs, .trainIDs, "such as 26")? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(
      error?.description.contains("declare Cityscapes label ids for this set") == true)
    // A value that neither encoding has says nothing of label ids.
    let other = #expect(throws: DatasetError.self) { try read([0, 26, 100], .trainIDs) }
    guard case .unexpectedLabel(_, value: 26)? = other else {
      Issue.record("\(String(describing: other))")
      return
    }
  }

  @Test func `train ids where label ids are declared are recognised`() throws {
    let street: [UInt8] = [0, 0, 0, 0, 1, 2, 2, 10, 8, 13, 255]
    let error = #expect(throws: DatasetError.self) { try read(street, .cityscapesLabelIDs) }
    guard case .wrongEncoding(_, .trainIDs, .labelIDs, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("declare train ids for this set") == true)
    // A mapping that is neither takes anything.
    #expect(try read(street, LabelMapping([0: 1])).first == 1)
  }

  @Test(
    arguments: [
      [0, 1, 2, 3, 4],  // dummies of a test split
      [7, 11, 17, 0, 1, 3],  // a tunnel
      [7, 8, 11, 255, 0],  // label ids with 255 for void, nothing above 18
      [255, 255],  // all void
      [0, 0, 0, 255, 33],  // one bicycle
    ] as [[UInt8]])
  func `sound label ids are not mistaken`(values: [UInt8]) throws {
    #expect(
      try read(values, .cityscapesLabelIDs)
        == values.map { LabelMapping.cityscapesLabelIDs[$0] })
  }

  @Test func `train ids are read as such`() throws {
    let values: [UInt8] = [0, 7, 11, 18, 255]
    #expect(try read(values, .trainIDs) == values)
    #expect(LabelMapping.trainIDs.encoding == .trainIDs)
    #expect(LabelMapping.cityscapesLabelIDs.encoding == .labelIDs)
    #expect(LabelMapping.camVid.encoding == nil)
  }
}
