package dev.driftline.bench.typing;

import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Measures completions of a word that is being typed: see {@link TypingRun}. */
public final class TypingBench {

    private final BenchCorpus corpus;
    private final long limit;
    private final Path folder;
    private final List<String> jvmOptions;
    private final Consumer<String> say;

    /** @param say told how far it is */
    public TypingBench(BenchCorpus corpus, long limit, Path folder, List<String> jvmOptions, Consumer<String> say) {
        this.corpus = corpus;
        this.limit = limit;
        this.folder = folder;
        this.jvmOptions = jvmOptions;
        this.say = say;
    }

    /**
     * Measures with each number of shards, in a JVM each.
     *
     * @param words of the vocabulary
     */
    public TypingResults measure(int order, List<Integer> shards, int words) {
        TypingResults results = new TypingResults();
        for (int number : shards) {
            List<String> arguments = List.of(
                    corpus.file().toString(),
                    Long.toString(limit),
                    Integer.toString(order),
                    folder.resolve("typing-" + number).toString(),
                    Integer.toString(number),
                    Integer.toString(words));
            try (MeasuredJvm jvm = MeasuredJvm.start(
                    TypingRun.class, arguments, jvmOptions, folder.resolve("typing.log"), Optional.empty())) {
                results.first.add(Json.read(jvm.hear(), TypingResults.First.class));
                for (String answer = jvm.hear(); !answer.equals("done"); answer = jvm.hear()) {
                    TypingResults.Completions run = Json.read(answer, TypingResults.Completions.class);
                    results.completions.add(run);
                    say.accept("  " + run.line().strip());
                }
            }
        }
        return results;
    }
}
