package dev.driftline.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.PromotionDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was decided on snapshots of the network, in order. Thread-safe. */
public final class NetworkDecisions {

    private final List<PromotionDecision> all = new ArrayList<>();
    private int told;

    synchronized void add(PromotionDecision decision) {
        all.add(decision);
    }

    synchronized boolean isEmpty() {
        return all.isEmpty();
    }

    /** A line for each decision that no line was given for before. */
    synchronized List<String> news() {
        List<String> lines = all.subList(told, all.size()).stream()
                .map(NetworkDecisions::line)
                .toList();
        told = all.size();
        return lines;
    }

    /** What became of all of them. */
    synchronized List<String> summary() {
        List<String> lines = new ArrayList<>();
        lines.add("The network: " + count(Decision.BOOTSTRAPPED) + " made from nothing, " + count(Decision.PROMOTED)
                + " promoted, " + count(Decision.REJECTED) + " rejected, " + count(Decision.ROLLED_BACK)
                + " rolled back. Bits a token on text that neither was trained on:");
        lines.add(String.format(
                Locale.ROOT, "  %-16s %-13s %9s %9s %9s %9s", "snapshot", "", "before", "after", "gain", "tokens"));
        for (PromotionDecision decision : all) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-16s %-13s %9s %9s %9s %9s",
                    decision.getCandidate(),
                    label(decision),
                    Figures.precise(orNan(decision.getIncumbentBitsPerToken())),
                    Figures.precise(orNan(decision.getCandidateBitsPerToken())),
                    Figures.precise(orNan(decision.getMeanDifference())),
                    Figures.count(decision.getTokens())));
        }
        return lines;
    }

    synchronized void write(ArrayNode array) {
        for (PromotionDecision decision : all) {
            ObjectNode node = array.addObject()
                    .put("snapshot", decision.getCandidate())
                    .put("incumbent", decision.getIncumbent())
                    .put("decision", label(decision))
                    .put("reason", decision.getReason())
                    .put("tokens", decision.getTokens())
                    .put("seconds", decision.getSeconds());
            node.put("incumbent_bits_per_token", decision.getIncumbentBitsPerToken());
            node.put("candidate_bits_per_token", decision.getCandidateBitsPerToken());
            node.put("gain_bits_per_token", decision.getMeanDifference());
        }
    }

    private long count(Decision wanted) {
        return all.stream().filter(decision -> decision.getDecision() == wanted).count();
    }

    private static String line(PromotionDecision decision) {
        if (decision.getDecision() == Decision.RETRACTED) {
            return "  snapshot " + decision.getIncumbent() + " gave way: " + decision.getReason();
        }
        String what = "  snapshot " + decision.getCandidate() + " " + label(decision);
        return decision.getMeanDifference() == null
                ? what + ": " + decision.getReason()
                : String.format(
                        Locale.ROOT,
                        "%s: %.3f → %.3f bits a token on %s tokens that neither was trained on",
                        what,
                        orNan(decision.getIncumbentBitsPerToken()),
                        orNan(decision.getCandidateBitsPerToken()),
                        Figures.count(decision.getTokens()));
    }

    private static String label(PromotionDecision decision) {
        return decision.getDecision().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static double orNan(Double value) {
        return value == null ? Double.NaN : value;
    }
}
