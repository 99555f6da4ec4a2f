package dev.driftline.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import dev.driftline.corpus.CorpusContent;
import dev.driftline.rows.Column.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowFilesTest {

    private static final List<Column> COLUMNS = List.of(
            new Column("perplexity", Kind.NUMBER),
            new Column("tokens", Kind.COUNT),
            new Column("lines", Kind.LIST, List.of(new Column("tokens", Kind.COUNT))),
            new Column("error", Kind.TEXT));

    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType("""
            message page {
              optional group content { optional binary text (STRING); required int32 length; }
              required int64 at (TIMESTAMP(MILLIS,true));
              optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
              required boolean good; optional float f; optional double d; required int96 old;
              optional fixed_len_byte_array(4) hash;
              optional group map (MAP) { repeated group key_value { required binary key (STRING); optional int32 value; } }
            }
            """);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", ".gz", ".zst"})
    void shouldKeepEveryByteOfJsonObjectsAndAddFieldsBehindThem(String packing) throws IOException {
        Path in = write("in.jsonl", packing, """
                {"z": 1.50, "meta": {"text": "two words", "text2": null}, "a":[1e5,"\\u00e9"] }
                {"meta":{"text":"three more words"},"id":12345678901234567890}

                {"id": "x", "meta": {"text": 7}}
                nonsense
                {}
                """);

        List<Row> rows =
                copy(in, "out.jsonl" + packing, RowFormat.JSONL, new RowFields(Optional.of("meta.text"), "id"));

        assertThat(rows)
                .extracting(row -> row.content().map(CorpusContent::text).orElse(""))
                .containsExactly("two words", "three more words", "", "", "");
        assertThat(rows)
                .extracting(Row::id)
                .containsExactly("in.jsonl:1", "12345678901234567890", "x", "in.jsonl:4", "in.jsonl:5");
        assertThat(read("out.jsonl" + packing).lines())
                .containsExactly(
                        "{\"z\": 1.50, \"meta\": {\"text\": \"two words\", \"text2\": null}, \"a\":[1e5,\"\\u00e9\"] "
                                + ",\"perplexity\":1.5,\"tokens\":1,\"lines\":[{\"tokens\":7}]}",
                        "{\"meta\":{\"text\":\"three more words\"},\"id\":12345678901234567890"
                                + ",\"perplexity\":2.5,\"tokens\":2,\"lines\":[{\"tokens\":7}]}",
                        "{\"id\": \"x\", \"meta\": {\"text\": 7},\"error\":\"'meta.text' must be a string, found number\"}",
                        "{\"line\":\"nonsense\",\"error\":\""
                                + rows.get(3).problem().orElseThrow().replace("\"", "\\\"") + "\"}",
                        "{\"error\":\"has no field 'meta.text': --text-field names another\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".gz", ".zst"})
    void shouldAddColumnsToTsv(String packing) throws IOException {
        Path in = write("in.tsv", packing, "when\tbody\n1\ttwo words\n2\n3\tmore\textra\n\t\n\n");

        List<Row> named = copy(in, "out.tsv" + packing, RowFormat.TSV, new RowFields(Optional.of("body"), "id"));

        assertThat(named)
                .extracting(row -> row.content().map(CorpusContent::text).orElse(""))
                .containsExactly("two words", "", "more", "");
        assertThat(read("out.tsv" + packing))
                .isEqualTo("when\tbody\tperplexity\ttokens\tlines\terror\n"
                        + "1\ttwo words\t1.5\t1\t[{\"tokens\":7}]\t\n"
                        + "2\t\t\t\thas 1 column, and the text is in column 2\n"
                        + "3\tmore\textra\t3.5\t3\t[{\"tokens\":7}]\t\n"
                        + "\t\t4.5\t4\t[{\"tokens\":7}]\t\n");
        assertThatThrownBy(() -> RowFiles.read(in, RowFormat.TSV, new RowFields(Optional.of("text"), "id")))
                .hasMessageContaining("no column 'text', but when, body");
    }

    @Test
    void shouldReadTheTokensOfTsvInTheirSentences() throws IOException {
        Path in = write("in.tsv", "", "d1\tnews\ta b </s> c\nd2\tnews\n");

        List<Row> rows = copy(in, "out.tsv", RowFormat.TSV, RowFields.usual());

        assertThat(rows.get(0).content())
                .contains(new CorpusContent.Sentences(List.of(List.of("a", "b"), List.of("c"))));
        assertThat(rows.get(0).id() + rows.get(0).source()).isEqualTo("d1news");
        assertThat(rows.get(1).problem()).get().asString().contains("2 columns");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".gz", ".zst"})
    void shouldMakeJsonLinesOfTextUnlessRowsAreBare(String packing) throws IOException {
        byte[] text = "first \"line\"\r\n\nsecond\tline\nbad \u00ff\n".getBytes(StandardCharsets.ISO_8859_1);
        Path in = folder.resolve("in.txt" + packing);
        try (OutputStream out = packed(in)) {
            out.write(text);
        }

        copy(in, "out.jsonl", RowFormat.LINES, RowFields.usual());
        copy(in, "bare.txt" + packing, RowFormat.LINES, RowFields.usual(), true);

        assertThat(read("out.jsonl").lines().toList())
                .hasSize(3)
                .startsWith(
                        "{\"text\":\"first \\\"line\\\"\",\"perplexity\":1.5,\"tokens\":1,\"lines\":[{\"tokens\":7}]}")
                .element(2)
                .asString()
                .startsWith("{\"text\":\"bad \uFFFD\",\"error\":\"not UTF-8 (byte 0xFF after 4 others)");
        assertThat(read("bare.txt" + packing)).isEqualTo("first \"line\"\nsecond\tline\nbad \uFFFD\n");
    }

    @Test
    void shouldTakeAWholeFileForOneRow() throws IOException {
        Path in = write("in.txt", "", "one\n\ntwo\n");

        assertThat(copy(in, "out.jsonl", RowFormat.WHOLE_FILE, RowFields.usual()))
                .singleElement()
                .satisfies(row -> assertThat(row.content()).contains(new CorpusContent.Text("one\n\ntwo", "")));
    }

    @ParameterizedTest
    @EnumSource(names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW"})
    void shouldKeepSchemaValuesAndCodecOfParquet(CompressionCodecName codec) throws IOException {
        Path in = parquet("in.parquet", codec, 500);
        RowFields fields = new RowFields(Optional.of("content.text"), "id");

        List<Row> before = copy(in, "out.parquet", RowFormat.PARQUET, fields);
        List<Row> after = rows(folder.resolve("out.parquet"), RowFormat.PARQUET, fields);

        assertThat(after).hasSize(500);
        for (int i = 0; i < after.size(); i++) {
            Group was = ((Row.Record) before.get(i)).group();
            Group is = ((Row.Record) after.get(i)).group();
            assertThat(is.toString()).startsWith(was.toString());
            boolean hasText = i % 7 != 0;
            assertThat(after.get(i).content().isPresent()).isEqualTo(hasText);
            assertThat(after.get(i).number("perplexity").isPresent()).isEqualTo(hasText);
            if (hasText) {
                assertThat(is.getDouble("perplexity", 0)).isEqualTo(i + 1.5);
                assertThat(is.getLong("tokens", 0)).isEqualTo(i + 1);
                assertThat(is.getGroup("lines", 0).getGroup(0, 0).getGroup(0, 0).getLong(0, 0))
                        .isEqualTo(7);
            } else {
                assertThat(is.getString("error", 0)).isEqualTo("'content.text' is null");
            }
        }
        try (ParquetRows rows = new ParquetRows(folder.resolve("out.parquet"), fields)) {
            assertThat(rows.codec()).isEqualTo(codec);
            assertThat(rows.schema().getFields().subList(0, SCHEMA.getFieldCount()))
                    .isEqualTo(SCHEMA.getFields());
            assertThat(rows.notes()).containsEntry("made.by", "a test").doesNotContainKey("ARROW:schema");
        }
        copy(in, "bare.parquet", RowFormat.PARQUET, fields, true);
        assertThat(rows(folder.resolve("bare.parquet"), RowFormat.PARQUET, fields))
                .extracting(row -> ((Row.Record) row).group().toString())
                .isEqualTo(before.stream()
                        .map(row -> ((Row.Record) row).group().toString())
                        .toList());
    }

    @Test
    void shouldSayWhichColumnsParquetHas() throws IOException {
        Path in = parquet("in.parquet", CompressionCodecName.SNAPPY, 3);

        assertThatThrownBy(() -> RowFiles.read(in, RowFormat.PARQUET, RowFields.usual()))
                .hasMessageContaining("no column 'text' of strings, but content.text, content.length, at");
        Files.write(in, new byte[] {'P', 'A', 'R', '1', 0, 0, 0, 0, 0, 0, 0, 0});
        assertThatThrownBy(() -> RowFiles.read(in, RowFormat.PARQUET, RowFields.usual()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in.parquet cannot be read as Parquet");
    }

    /** Whatever a library says of bits that are others, the message says of which file. */
    @Test
    void shouldNameTheFileWhereParquetIsDamaged() throws IOException {
        byte[] whole = Files.readAllBytes(parquet("in.parquet", CompressionCodecName.ZSTD, 60));
        RowFields fields = new RowFields(Optional.of("content.text"), "id");
        Path damaged = folder.resolve("damaged.parquet");
        SplittableRandom random = new SplittableRandom(7);
        int refused = 0;
        for (int trial = 0; trial < 150; trial++) {
            byte[] bytes = trial % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int flip = 0; flip < trial % 3; flip++) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(damaged, bytes);
            try {
                rows(damaged, RowFormat.PARQUET, fields);
            } catch (IOException e) {
                refused++;
                assertThat(e).as("trial %s", trial).hasMessageContaining("damaged.parquet");
            }
        }
        assertThat(refused).isGreaterThan(75);
    }

    @Test
    void shouldOverwriteNoFieldOfARow() throws IOException {
        Path in = write("in.jsonl", "", "{\"text\":\"a\",\"tokens\":[\"a\"]}\n");
        Path tsv = write("in.tsv", "", "text\ttokens\na\tb\n");

        assertThatThrownBy(() -> copy(in, "out.jsonl", RowFormat.JSONL, RowFields.usual()))
                .isInstanceOf(RowConflictException.class)
                .hasMessageContaining("row 1 (in.jsonl:1) has a field 'tokens' already")
                .hasMessageContaining("--prefix");
        assertThatThrownBy(() -> copy(tsv, "out.tsv", RowFormat.TSV, new RowFields(Optional.of("text"), "id")))
                .isInstanceOf(RowConflictException.class);
    }

    private List<Row> copy(Path in, String out, RowFormat format, RowFields fields) throws IOException {
        return copy(in, out, format, fields, false);
    }

    /** Writes each row with its number + 0.5, its number and a list of one; what cannot be read with its error. */
    private List<Row> copy(Path in, String out, RowFormat format, RowFields fields, boolean isBare) throws IOException {
        Path target = folder.resolve(out);
        List<Row> read = new ArrayList<>();
        try (RowReader reader = RowFiles.read(in, format, fields);
                RowWriter writer = RowFiles.write(target, target, format, reader, COLUMNS, isBare)) {
            for (Row row = reader.next(); row != null; row = reader.next()) {
                read.add(row);
                List<@Nullable Object[]> parts = new ArrayList<>();
                parts.add(new @Nullable Object[] {7L});
                boolean isGood = row.problem().isEmpty();
                writer.write(row, new @Nullable Object[] {
                    isGood ? row.number() + 0.5 : null,
                    isGood ? row.number() : null,
                    isGood ? parts : null,
                    row.problem().orElse(null)
                });
            }
        }
        return read;
    }

    private static List<Row> rows(Path file, RowFormat format, RowFields fields) throws IOException {
        List<Row> rows = new ArrayList<>();
        try (RowReader reader = RowFiles.read(file, format, fields)) {
            for (Row row = reader.next(); row != null; row = reader.next()) {
                rows.add(row);
            }
        }
        return rows;
    }

    private Path parquet(String name, CompressionCodecName codec, int rows) throws IOException {
        Path file = folder.resolve(name);
        try (ParquetWriter<Group> out = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(SCHEMA)
                .withCodecFactory(new PageCodecs())
                .withCompressionCodec(codec)
                .withRowGroupSize(4_000L)
                .withExtraMetaData(Map.of("made.by", "a test", "ARROW:schema", "x"))
                .build()) {
            for (int i = 0; i < rows; i++) {
                Group row = new SimpleGroup(SCHEMA);
                Group content = row.addGroup("content");
                if (i % 7 != 0) {
                    content.add("text", "some words and number " + i);
                }
                content.add("length", i);
                row.add("at", 1_700_000_000_000L + i);
                if (i % 3 != 0) {
                    Group tags = row.addGroup("tags");
                    for (int tag = 0; tag < i % 4; tag++) {
                        Group element = tags.addGroup("list");
                        if (tag != 1) {
                            element.add("element", "tag " + tag);
                        }
                    }
                }
                row.add("good", i % 2 == 0);
                if (i % 5 != 0) {
                    row.add("f", i / 3f);
                    row.add("d", i / 3.0);
                    row.add("hash", Binary.fromConstantByteArray(new byte[] {1, 2, 3, (byte) i}));
                    Group pair = row.addGroup("map").addGroup("key_value");
                    pair.add("key", "k" + i);
                    pair.add("value", i);
                }
                row.add("old", Binary.fromConstantByteArray(new byte[12]));
                out.write(row);
            }
        }
        return file;
    }

    private Path write(String name, String packing, String text) throws IOException {
        Path file = folder.resolve(name + packing);
        try (OutputStream out = packed(file)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private static OutputStream packed(Path file) throws IOException {
        OutputStream out = Files.newOutputStream(file);
        return file.toString().endsWith(".gz")
                ? new GZIPOutputStream(out)
                : file.toString().endsWith(".zst") ? new ZstdOutputStream(out) : out;
    }

    private String read(String name) throws IOException {
        Path file = folder.resolve(name);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = name.endsWith(".gz")
                        ? new GZIPInputStream(raw)
                        : name.endsWith(".zst") ? new ZstdInputStream(raw) : raw) {
            in.transferTo(bytes);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
