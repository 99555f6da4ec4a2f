package dev.driftline.testing;

import java.util.List;
import java.util.stream.Collectors;

/** A table of a generated page. Cells are plain text, but for code that {@link #code} has marked. */
public final class MarkdownTable {

    private final StringBuilder text = new StringBuilder();

    private MarkdownTable() {}

    /** An empty table with these columns. */
    public static MarkdownTable of(String... columns) {
        MarkdownTable table = new MarkdownTable();
        table.line(List.of(columns));
        table.text.append("|").append("---|".repeat(columns.length)).append("\n");
        return table;
    }

    /** Adds a row. */
    public MarkdownTable row(String... cells) {
        line(List.of(cells));
        return this;
    }

    private void line(List<String> cells) {
        text.append(cells.stream().map(MarkdownTable::cell).collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    /** In backticks; nothing where there is nothing. */
    public static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }

    /** Tags are code or, outside of code, would be HTML. */
    private static String cell(String text) {
        StringBuilder cell = new StringBuilder();
        boolean inCode = false;
        for (char each : text.replaceAll("\\s+", " ").strip().toCharArray()) {
            inCode ^= each == '`';
            if (each == '<' && !inCode) {
                cell.append("&lt;");
            } else if (each == '|') {
                cell.append("\\|");
            } else {
                cell.append(each);
            }
        }
        return cell.toString();
    }

    /** The table in Markdown, each row a line. */
    @Override
    public String toString() {
        return text.toString();
    }
}
