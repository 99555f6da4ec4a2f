package dev.driftline.serving.routes.drawing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.streams.TopologyDescription;

/**
 * A topology as a drawing in SVG: a frame for each sub-topology, a box for each processor with its stores, and the topics that it
 * reads at the left and writes at the right. Boxes stand in columns by their longest way from a source.
 */
public final class TopologyDrawing {

    private static final int BOX_WIDTH = 190;
    private static final int BOX_HEIGHT = 34;
    private static final int STORE_HEIGHT = 16;
    private static final int COLUMN = 260;
    private static final int ROW_GAP = 22;
    private static final int MARGIN = 24;
    private static final int TITLE = 30;

    private static final String STYLE = "text{font:13px system-ui,sans-serif;fill:#1f2328}"
            + ".topic{fill:#fff8e1;stroke:#b58900}.box{fill:#e8f1fb;stroke:#2f6fb3}"
            + ".frame{fill:none;stroke:#8c959f;stroke-dasharray:4 4}.store{font-size:11px;fill:#57606a}"
            + "path{fill:none;stroke:#57606a;marker-end:url(#a)}svg{background:#fff}";

    private record Box(String name, boolean isTopic, List<String> stores, int column) {
        int height() {
            return BOX_HEIGHT + STORE_HEIGHT * stores.size();
        }
    }

    private record Place(int x, int y, Box box) {}

    private final StringBuilder frames = new StringBuilder();
    private final StringBuilder lines = new StringBuilder();
    private final StringBuilder boxes = new StringBuilder();
    private int width;
    private int bottom = MARGIN;

    private TopologyDrawing() {}

    /** The drawing. */
    public static String of(TopologyDescription topology) {
        TopologyDrawing picture = new TopologyDrawing();
        topology.subtopologies().stream()
                .sorted(Comparator.comparingInt(TopologyDescription.Subtopology::id))
                .forEach(picture::draw);
        return String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1$d %2$d\" width=\"%1$d\" height=\"%2$d\""
                        + " role=\"img\" aria-label=\"The topology\"><style>%3$s</style><defs><marker id=\"a\""
                        + " viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
                        + "<path d=\"M0 0 8 4 0 8z\" style=\"fill:#57606a;stroke:none;marker-end:none\"/></marker></defs>"
                        + "%4$s%5$s%6$s</svg>\n",
                picture.width + MARGIN,
                picture.bottom,
                STYLE,
                picture.frames,
                picture.lines,
                picture.boxes);
    }

    private void draw(TopologyDescription.Subtopology part) {
        Map<String, Box> found = new LinkedHashMap<>();
        Map<String, Set<String>> next = new LinkedHashMap<>();
        Map<String, Integer> columns = columns(part);
        int last = columns.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        part.nodes().stream()
                .sorted(Comparator.comparing(TopologyDescription.Node::name))
                .forEach(node -> {
                    String name = node.name();
                    if (node instanceof TopologyDescription.Source source) {
                        for (String topic : topics(source)) {
                            found.put("in " + topic, new Box(topic, true, List.of(), 0));
                            node.successors().forEach(to -> link(next, "in " + topic, to.name()));
                        }
                    } else if (node instanceof TopologyDescription.Sink sink) {
                        String topic = sink.topic() == null ? name : sink.topic();
                        found.put(name, new Box(topic, true, List.of(), last));
                    } else {
                        List<String> stores = node instanceof TopologyDescription.Processor processor
                                ? List.copyOf(new TreeSet<>(processor.stores()))
                                : List.of();
                        found.put(name, new Box(name, false, stores, columns.getOrDefault(name, 0)));
                        node.successors().forEach(to -> link(next, name, to.name()));
                    }
                });
        Map<String, Place> places = place(found);
        int height = places.values().stream()
                .mapToInt(place -> place.y() + place.box().height())
                .max()
                .orElse(bottom);
        int right = MARGIN + COLUMN * last + BOX_WIDTH + 2 * MARGIN;
        frames.append(String.format(
                Locale.ROOT,
                "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/><text x=\"%d\" y=\"%d\">"
                        + "sub-topology %d</text>",
                MARGIN,
                bottom,
                right - MARGIN,
                height + MARGIN - bottom,
                2 * MARGIN,
                bottom + 20,
                part.id()));
        next.forEach((from, all) -> all.forEach(to -> line(place(places, from), place(places, to))));
        places.values().forEach(this::box);
        bottom = height + 2 * MARGIN;
        width = Math.max(width, right);
    }

    private static Set<String> topics(TopologyDescription.Source source) {
        return source.topicSet() == null ? Set.of(source.name()) : new TreeSet<>(source.topicSet());
    }

    private static void link(Map<String, Set<String>> next, String from, String to) {
        next.computeIfAbsent(from, first -> new TreeSet<>()).add(to);
    }

    /** The longest way to each node from a source; sinks all stand in the last column. */
    private static Map<String, Integer> columns(TopologyDescription.Subtopology part) {
        Map<String, Integer> columns = new HashMap<>();
        part.nodes().forEach(node -> columns.put(node.name(), column(node)));
        return columns;
    }

    private static int column(TopologyDescription.Node node) {
        return node.predecessors().stream()
                .mapToInt(before -> 1 + column(before))
                .max()
                .orElse(0);
    }

    private Map<String, Place> place(Map<String, Box> found) {
        Map<Integer, Integer> heights = new HashMap<>();
        Map<String, Place> places = new LinkedHashMap<>();
        found.forEach((name, box) -> {
            int y = heights.getOrDefault(box.column(), bottom + TITLE);
            places.put(name, new Place(2 * MARGIN + COLUMN * box.column(), y, box));
            heights.put(box.column(), y + box.height() + ROW_GAP);
        });
        return places;
    }

    private static Place place(Map<String, Place> places, String node) {
        return Objects.requireNonNull(places.get(node), node);
    }

    private void line(Place from, Place to) {
        int x1 = from.x() + BOX_WIDTH;
        int y1 = from.y() + BOX_HEIGHT / 2;
        int y2 = to.y() + BOX_HEIGHT / 2;
        int middle = (x1 + to.x()) / 2;
        lines.append(String.format(
                Locale.ROOT, "<path d=\"M%d %dC%d %d %d %d %d %d\"/>", x1, y1, middle, y1, middle, y2, to.x(), y2));
    }

    private void box(Place place) {
        Box box = place.box();
        boxes.append(String.format(
                Locale.ROOT,
                "<g><title>%s</title><rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>"
                        + "<text x=\"%d\" y=\"%d\">%s</text>",
                escaped(box.name()),
                box.isTopic() ? "topic" : "box",
                place.x(),
                place.y(),
                BOX_WIDTH,
                box.height(),
                box.isTopic() ? BOX_HEIGHT / 2 : 4,
                place.x() + 12,
                place.y() + 22,
                escaped(shortened(box.name()))));
        List<String> stores = new ArrayList<>(box.stores());
        for (int i = 0; i < stores.size(); i++) {
            boxes.append(String.format(
                    Locale.ROOT,
                    "<text class=\"store\" x=\"%d\" y=\"%d\">⛁ %s</text>",
                    place.x() + 12,
                    place.y() + BOX_HEIGHT + STORE_HEIGHT * i + 6,
                    escaped(stores.get(i))));
        }
        boxes.append("</g>");
    }

    private static String shortened(String name) {
        return name.length() > 26 ? "…" + name.substring(name.length() - 25) : name;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
