package dev.driftline.bulk;

import java.util.Locale;

/** What a score is given for, besides the row itself. */
public enum Part {
    /** Nothing besides. */
    NONE,

    /** Each run of lines between blank ones. */
    PARAGRAPH,

    /** Each line; of text that is tokens, each sentence. */
    LINE;

    /** The name of the column that lists what the parts cost. */
    String column() {
        return name().toLowerCase(Locale.ROOT) + "s";
    }
}
