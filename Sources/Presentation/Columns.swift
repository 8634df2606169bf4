/// Rows with their columns under each other.
public enum Columns {
    /// Aligned lines. The last column is as wide as it likes.
    ///
    /// - Parameters:
    ///   - rows: the cells of each row, without colour.
    ///   - indent: stands before each line.
    ///   - decorate: puts colour on a padded cell; it is given the row, the column and the cell.
    public static func aligned(
        _ rows: [[String]],
        indent: String = "",
        decorate: (_ row: Int, _ column: Int, _ cell: String) -> String = { $2 }
    ) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.enumerated().map { index, row in
            var line = indent
            for (column, cell) in row.enumerated() {
                line += decorate(index, column, cell)
                if column < row.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.count + 2)
                }
            }
            return line
        }.joined(separator: "\n")
    }
}
