/// The places of horizontal bars in a drawing 720 units wide: labels on the left, bars in the middle, numbers at their
/// ends.
struct BarDrawing {
  struct Bar {
    var y: Int
    /// Where the text of the row stands.
    var baseline: Int
    var width: Int
    /// Where the number begins.
    var end: Int
  }

  /// Where bars begin.
  static let left = 300
  private static let longest = 340
  private static let rowHeight = 30
  private static let barHeight = 20
  private static let gap = 8

  let bars: [Bar]
  let height: Int

  /// - Parameter numbers: a bar for each; the largest is the longest, one below zero has no length.
  init(_ numbers: [Double]) {
    let largest = numbers.max() ?? 0
    bars = numbers.enumerated().map { index, number in
      let share = largest > 0 ? max(0, number) / largest : 0
      let width = Int((share * Double(BarDrawing.longest)).rounded())
      let y = index * BarDrawing.rowHeight
      return Bar(
        y: y, baseline: y + BarDrawing.barHeight - 5, width: width, end: BarDrawing.left + width + BarDrawing.gap)
    }
    height = numbers.count * BarDrawing.rowHeight
  }
}
