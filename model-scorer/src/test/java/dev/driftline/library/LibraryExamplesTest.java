package dev.driftline.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.driftline.arpa.ArpaReader;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.backoff.BackoffScorer;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.DriftSettings;
import dev.driftline.evaluation.DriftEvaluation;
import dev.driftline.evaluation.Evaluation;
import dev.driftline.export.ArpaExport;
import dev.driftline.export.ExportOptions;
import dev.driftline.filter.Decision;
import dev.driftline.filter.DocumentFilter;
import dev.driftline.filter.RulesReader;
import dev.driftline.filter.ScoredDocument;
import dev.driftline.filter.SourceQuantiles;
import dev.driftline.filter.Target;
import dev.driftline.generation.Constraints;
import dev.driftline.generation.NetworkText;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextGenerator;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.training.OfflineTraining;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.ngram.Forgetting;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageFile;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/library.md}, which shows what stands here between {@code // example} and {@code // end}. */
class LibraryExamplesTest {

    private static final Path PAGE = Path.of("../docs/library.md");
    private static final Path HERE = Path.of("src/test/java/dev/driftline/library/LibraryExamplesTest.java");
    private static final Pattern EXAMPLE =
            Pattern.compile("^ *// example\\n(.*?)^ *// end$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile("^```java\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    private static final List<String> TEXTS = List.of(
            "The students opened their books. They began to read.",
            "The students closed their books. They began to write.",
            "The teachers opened the windows. The students began to read.",
            "The students read their books, and the teachers read them, too.");

    @TempDir
    Path folder;

    @Test
    void shouldBeWhatThePageShows() throws IOException {
        List<String> examples = EXAMPLE.matcher(Files.readString(HERE))
                .results()
                .map(example -> example.group(1).stripTrailing().stripIndent() + "\n")
                .toList();
        List<String> shown = BLOCK.matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();

        assertThat(shown).hasSizeGreaterThan(5).isEqualTo(examples);
    }

    @Test
    void shouldBeAModelInTenLines() throws IOException {
        List<String> texts = TEXTS;
        Path file = folder.resolve("news.model");
        // example
        OnlineNgramModel model = OnlineNgramModel.ofOrder(3);
        for (String text : texts) {
            model.learn(text);
        }
        TextScore usual = model.score("The students opened their books.");
        TextScore broken = model.score("Books their opened students the.");
        List<NextWord> next = model.nextWords("The students", 3);
        String more = model.generate("The students", 10, 1);
        model.save(file);
        OnlineNgramModel loaded = OnlineNgramModel.load(file);
        // end
        assertThat(broken.perplexity()).isGreaterThan(5 * usual.perplexity());
        assertThat(next).extracting(NextWord::word).containsExactlyInAnyOrder("opened", "began", "read");
        assertThat(more).startsWith(" ");
        assertThat(loaded.score("The students opened their books.")).isEqualTo(usual);
    }

    @Test
    void shouldScoreBeforeItLearns() {
        List<String> texts = TEXTS;
        List<Double> perplexities = new ArrayList<>();
        // example
        ModelSettings settings = new ModelSettings(
                        5, Smoothing.WITTEN_BELL, Vocabulary.growing(), ModelSettings.DEFAULT_DELTA)
                .forgetting(new Forgetting(0, 1_000_000, 0)); // at most a million n-grams
        OnlineNgramModel model = new OnlineNgramModel(settings, Tokenizers.WORDS);
        for (String text : texts) {
            TextScore score = model.learn(text); // by the counts before it
            perplexities.add(score.perplexity());
        }
        boolean isOut = model.unlearn(texts.get(0)); // as if it never had been learned
        // end
        assertThat(perplexities).hasSize(4);
        assertThat(perplexities.get(3)).isLessThan(perplexities.get(0));
        assertThat(isOut).isTrue();
        assertThat(model.counts().rawCount(List.of("students", "opened"))).isZero();
    }

    @Test
    void shouldWriteAndReadArpaFiles() throws IOException {
        Path file = folder.resolve("news.arpa");
        OnlineNgramModel model = OnlineNgramModel.ofOrder(3);
        TEXTS.forEach(model::learn);
        List<List<String>> sentences = Tokenizers.named("words").sentences("The students opened their books.");
        // example
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            ArpaExport.of(model.counts(), ExportOptions.ofOrder(3), (step, ngrams) -> {})
                    .write(out);
        }
        BackoffModel frozen = ArpaReader.read(file); // of KenLM, SRILM or IRSTLM, too
        double perplexity = new BackoffScorer(frozen).document(sentences).perplexity();
        // end
        assertThat(perplexity).isCloseTo(model.score(sentences).classPerplexity(), withinPercentage(0.01));
    }

    @Test
    void shouldMixCountsWithTheCachesOfASource() throws IOException {
        List<String> texts = TEXTS;
        Path file = folder.resolve("mixture.model");
        List<Double> perplexities = new ArrayList<>();
        // example
        HeapPageStore pages = new HeapPageStore();
        HeapPageStore sources = new HeapPageStore();
        LocalModel counts = new LocalModel(ModelSettings.ofOrder(5), 1, shard -> pages, 64 << 20);
        MixtureSettings settings = MixtureSettings.defaults(5, "kneser-ney");
        Evaluation model = new Evaluation(counts, settings, sources);
        Tokenizer tokenizer = Tokenizers.named("words");
        for (String text : texts) {
            DocumentScore score = model.add(new CorpusDocument("an id", "news", tokenizer.sentences(text)));
            perplexities.add(score.perplexity());
        }
        model.writeBack();
        new PageFile("news".getBytes(StandardCharsets.UTF_8), List.of(pages, sources)).write(file);
        // end
        perplexities.add(goesOn(file, settings, tokenizer.sentences("They closed the windows.")));
        assertThat(perplexities.get(4))
                .isCloseTo(
                        model.add(new CorpusDocument("an id", "news", tokenizer.sentences("They closed the windows.")))
                                .perplexity(),
                        within(1e-9));
    }

    private static double goesOn(Path file, MixtureSettings settings, List<List<String>> sentences) throws IOException {
        // example
        PageFile saved = PageFile.read(file);
        LocalModel counts = new LocalModel(
                ModelSettings.ofOrder(5), 1, shard -> saved.stores().get(0), 64 << 20);
        Evaluation model = new Evaluation(counts, settings, saved.stores().get(1));
        // end
        return model.add(new CorpusDocument("an id", "news", sentences)).perplexity();
    }

    @Test
    void shouldTrainANetworkAndDrawFromIt() throws Exception {
        List<DocumentTokens> documents = TEXTS.stream()
                .map(text -> DocumentTokens.of(Tokenizers.named("words").sentences(text)))
                .toList();
        // example
        List<String> words = new ArrayList<>(List.of("<unk>", "</s>"));
        documents.stream()
                .flatMap(document -> Arrays.stream(document.words()).skip(2))
                .distinct()
                .forEach(words::add);
        NeuralVocabulary vocabulary = new NeuralVocabulary(words);
        Network start = Network.random(Architecture.recurrent(Cell.LSTM, 16, 0, List.of()), vocabulary, 1);
        List<int[]> text = documents.stream().map(vocabulary::encode).toList();

        TrainingSettings how = new TrainingSettings(Optimizer.ADAM, 0.05, 5, 0, 2, 10, 1);
        OfflineTraining training = new OfflineTraining(how, new OfflineTraining.Schedule(25, 1, 0));
        Network network = training.run(start, text, List.of(), new OfflineTraining.Listener() {})
                .network();

        double bits = OfflineTraining.bitsPerToken(network, text);
        TextGenerator generator =
                new TextGenerator(new NetworkText(network.reader()), Sampling.PLAIN, Constraints.NONE, 1);
        List<String> drawn = generator.sentence(List.of("The", "students"), 10);
        Provenance provenance = Provenance.ofEpochs(how, 25, false);
        String version = SnapshotVersion.first(network);
        SnapshotFolder.write(
                new Snapshot(provenance.manifest(version, null, network, "words"), network), folder.resolve("net"));
        Network read = SnapshotFolder.read(folder.resolve("net")).network();
        // end
        assertThat(bits).isLessThan(OfflineTraining.bitsPerToken(start, text) / 2);
        assertThat(drawn).isNotEmpty();
        assertThat(OfflineTraining.bitsPerToken(read, text)).isEqualTo(bits);
    }

    @Test
    void shouldSayWhenTheLanguageOfASourceChanges() {
        List<CorpusDocument> documents = changing(400, 300);
        // example
        LocalModel counts = new LocalModel(ModelSettings.ofOrder(3), 1, shard -> new HeapPageStore(), 64 << 20);
        DriftEvaluation drift = new DriftEvaluation(DriftSettings.DEFAULTS);
        Evaluation model = new Evaluation(
                counts,
                MixtureSettings.defaults(3, "kneser-ney"),
                new HeapPageStore(),
                Optional.empty(),
                Optional.of(drift));
        for (CorpusDocument document : documents) {
            model.add(document);
        }
        DriftChange first =
                drift.found().get(0).change(); // what changed, by how much, since which document, by which words
        // end
        assertThat(first.start().document()).isBetween(290L, 310L);
        assertThat(first.after().perplexity()).isGreaterThan(2 * first.before().perplexity());
    }

    @Test
    void shouldKeepWhatIsAsUsualAndDropWhatIsBroken() {
        List<CorpusDocument> documents = changing(40, 39);
        List<String> dropped = new ArrayList<>();
        LocalModel counts = new LocalModel(ModelSettings.ofOrder(3), 1, shard -> new HeapPageStore(), 64 << 20);
        Evaluation model = new Evaluation(counts, MixtureSettings.defaults(3, "kneser-ney"), new HeapPageStore());
        // example
        DocumentFilter filter = new DocumentFilter(RulesReader.standard()); // or RulesReader.read(file, List.of())
        SourceQuantiles news = new SourceQuantiles(); // one for each source
        for (CorpusDocument document : documents) {
            DocumentScore score = model.add(document);
            Decision decision =
                    filter.decide(ScoredDocument.of("news", document.attributes(), score, Optional.empty()), news);
            if (decision.target() instanceof Target.Drop) {
                dropped.add(document.id());
            }
        }
        // end
        assertThat(dropped).containsExactly("39");
    }

    /** Documents of 55 tokens whose words are others from {@code change} on. */
    private static List<CorpusDocument> changing(int count, int change) {
        SplittableRandom random = new SplittableRandom(1);
        List<CorpusDocument> documents = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int sentence = 0; sentence < 5; sentence++) {
                List<String> words = new ArrayList<>();
                for (int word = 0; word < 10; word++) {
                    words.add(
                            (number < change ? "word" : "ø") + (int) (50 * random.nextDouble() * random.nextDouble()));
                }
                sentences.add(words);
            }
            documents.add(new CorpusDocument(Integer.toString(number), "news", sentences));
        }
        return documents;
    }
}
