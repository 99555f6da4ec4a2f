package dev.driftline.cli.query;

import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline counts}: raw counts of n-grams. */
@Command(
        name = "counts",
        mixinStandardHelpOptions = true,
        description = "Print how often n-grams have been learned, by a running instance or in a state directory.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline counts --state driftline-demo/state \"students opened their\" \"of the\"",
            "  driftline counts --instance http://127.0.0.1:7070 \"<s> The\" --json"
        })
public final class CountsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelSource source;

    @Option(names = "--json", description = "Print one JSON object an n-gram.")
    private boolean json;

    @Parameters(
            arity = "1..*",
            paramLabel = "NGRAM",
            description = "Text, quoted; <s> before it is the beginning of a sentence, </s> after it the end.")
    private List<String> ngrams;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (OpenModel model = source.open()) {
            for (String ngram : ngrams) {
                List<String> words = model.texts().ngram(ngram);
                long count = model.queries().count(words);
                if (json) {
                    Map<String, Object> fields = new LinkedHashMap<>();
                    fields.put("ngram", words);
                    fields.put("count", count);
                    out.println(PlainJson.line(fields));
                } else {
                    out.printf(Locale.ROOT, "%10d  %s%n", count, ngram.strip());
                }
            }
            out.flush();
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage());
        }
        return ExitCodes.OK;
    }
}
