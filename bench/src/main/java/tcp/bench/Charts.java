package tcp.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;

/**
 * The result as pictures: a dot for each median, with a line from the lowest round to the highest. They are SVG
 * that follows dark and light, and narrow enough for a phone.
 */
final class Charts {
    private static final int WIDTH = 440;
    private static final int LEFT = 112;
    private static final int RIGHT = WIDTH - 24;
    private static final int GAP = 11; // between two dots of a server
    private static final String[] SHAPES = {
        "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "M-4 -4h8v8h-8z", "M0 -5l5 5l-5 5l-5 -5z", "M0 -5l5 9h-10z"
    };
    /** Okabe and Ito's colours, which can be told apart by all eyes; darker on white, lighter on black. */
    private static final String STYLE = """
            .chart { --ink: #1f2328; --soft: #59636e; --line: #d5dbe1; --c0: #0072b2; --c1: #a85f00; --c2: #00785a; --c3: #a3477c; }
            @media (prefers-color-scheme: dark) {
            .chart { --ink: #e6e6ea; --soft: #a9a9b2; --line: #3c3c44; --c0: #56b4e9; --c1: #e69f00; --c2: #2fc79a; --c3: #e79ac2; }
            }
            .chart text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: var(--ink); }
            .chart .head { font-weight: bold; }
            .chart .soft { fill: var(--soft); }
            .chart .right { text-anchor: end; }
            .chart .middle { text-anchor: middle; }
            .chart .grid { stroke: var(--line); stroke-width: 1; }
            .chart path { stroke-width: 1.5; }
            .chart .s0 { fill: var(--c0); stroke: var(--c0); }
            .chart .s1 { fill: var(--c1); stroke: var(--c1); }
            .chart .s2 { fill: var(--c2); stroke: var(--c2); }
            .chart .s3 { fill: var(--c3); stroke: var(--c3); }
            """;

    private final List<Summary.Line> lines;
    private final Path folder;

    private Charts(List<Summary.Line> lines, Path folder) {
        this.lines = lines;
        this.folder = folder;
    }

    /** Draws a chart of each sheet that there is. */
    static void draw(List<Summary.Line> lines, Path folder) throws IOException {
        Charts charts = new Charts(lines, folder);
        Function<Summary.Line, String> connections =
                line -> line.connections() + (line.connections().equals("1") ? " connection" : " connections");
        for (int pipelined : new int[] {1, 16}) {
            charts.dots(
                    pipelined == 1 ? "cpu" : "cpu-pipelined",
                    pipelined == 1 ? "CPU time a request" : "CPU time a request, 16 pipelined",
                    "times as much as c-epoll",
                    line -> line.sheet().equals("load")
                            && line.figure().equals("cpu_us_to_floor")
                            && line.pipelined().equals("" + pipelined),
                    connections);
        }
        charts.dots(
                "rate",
                "The wait for an answer at a fixed rate, 128 connections",
                "µs",
                line -> line.sheet().equals("rate")
                        && line.connections().equals("128")
                        && line.pipelined().equals("1")
                        && line.figure().endsWith("_us"),
                line -> line.figure().equals("p50_us") ? "median" : "99 of 100 are shorter");
        charts.dots(
                "memory",
                "Memory that an idle connection takes",
                "bytes",
                line -> line.sheet().equals("memory") && line.figure().equals("each_bytes"),
                line -> "");
        charts.dots(
                "start",
                "From start to first answer",
                "ms",
                line -> line.sheet().equals("start") && line.figure().equals("start_ms"),
                line -> "");
        charts.dots(
                "idle",
                "A live connection's median wait beside idle ones",
                "µs",
                line -> line.sheet().equals("idle")
                        && line.figure().equals("p50_us")
                        && !line.idle().equals("0"),
                line -> line.idle() + " idle");
    }

    /** Draws those lines, a row for each server; nothing if there are none. */
    private void dots(
            String name,
            String title,
            String unit,
            Predicate<Summary.Line> which,
            Function<Summary.Line, String> series)
            throws IOException {
        Map<String, Map<String, Summary.Line>> peers = new LinkedHashMap<>();
        List<Summary.Line> shown =
                lines.stream().filter(which).filter(line -> line.lowest() > 0).toList();
        List<String> all = shown.stream().map(series).distinct().toList();
        shown.forEach(line -> peers.computeIfAbsent(line.peer(), peer -> new LinkedHashMap<>())
                .put(series.apply(line), line));
        if (shown.isEmpty()) {
            return;
        }
        double least = shown.stream().mapToDouble(Summary.Line::lowest).min().getAsDouble() / 1.1;
        double most = shown.stream().mapToDouble(Summary.Line::highest).max().getAsDouble() * 1.1;
        Function<Double, Double> x = value -> LEFT + (RIGHT - LEFT) * Math.log(value / least) / Math.log(most / least);
        boolean legend = all.size() > 1;
        int row = all.size() * GAP + 12;
        int top = legend ? 52 + 20 * ((all.size() + 1) / 2) : 40;
        int bottom = top + peers.size() * row;
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 %1$d %2$d" role="img">
                <title>%3$s</title>
                <style>
                %4$s</style>
                <text class="head" x="8" y="22">%3$s</text>
                """.formatted(WIDTH, bottom + 44, title, STYLE));
        for (int i = 0; legend && i < all.size(); i++) {
            int at = 18 + i % 2 * 210;
            int y = 46 + i / 2 * 20;
            add(svg, "<path class=\"s%d\" transform=\"translate(%d %d)\" d=\"%s\"/>", i, at, y - 4, SHAPES[i]);
            add(svg, "<text x=\"%d\" y=\"%d\">%s</text>", at + 12, y, all.get(i));
        }
        for (double tick : ticks(least, most)) {
            double at = x.apply(tick);
            add(svg, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", at, top, bottom);
            add(svg, "<text class=\"soft middle\" x=\"%.1f\" y=\"%d\">%s</text>", at, bottom + 16, number(tick));
        }
        add(
                svg,
                "<text class=\"soft right\" x=\"%d\" y=\"%d\">%s</text>",
                RIGHT,
                bottom + 36,
                unit + ", logarithmic scale");
        int y = top;
        for (var peer : peers.entrySet()) {
            add(svg, "<path class=\"grid\" d=\"M%d %dH%d\"/>", 8, y, RIGHT);
            add(svg, "<text class=\"right\" x=\"%d\" y=\"%d\">%s</text>", LEFT - 8, y + row / 2 + 5, peer.getKey());
            for (int i = 0; i < all.size(); i++) {
                Summary.Line line = peer.getValue().get(all.get(i));
                int at = y + 6 + GAP / 2 + i * GAP;
                if (line != null) {
                    double from = x.apply(line.lowest());
                    add(svg, "<path class=\"s%d\" d=\"M%.1f %dH%.1f\"/>", i, from, at, x.apply(line.highest()));
                    add(
                            svg,
                            "<path class=\"s%d\" transform=\"translate(%.1f %d)\" d=\"%s\"><title>%s</title></path>",
                            i,
                            x.apply(line.median()),
                            at,
                            SHAPES[i],
                            "%s, %s%s (%s to %s)"
                                    .formatted(
                                            peer.getKey(),
                                            legend ? all.get(i) + ": " : "",
                                            Sheet.text(line.median()),
                                            Sheet.text(line.lowest()),
                                            Sheet.text(line.highest())));
                }
            }
            y += row;
        }
        Files.writeString(folder.resolve(name + ".svg"), svg + "</svg>\n");
    }

    private static void add(StringBuilder svg, String element, Object... values) {
        svg.append(String.format(Locale.ROOT, element, values)).append('\n');
    }

    /** What an axis names: 60, 70, 80 … if it ends below three times its start, else 1, 2, 4 … or 1, 10, 100 … */
    private static double[] ticks(double least, double most) {
        double base = most / least > 100 ? 10 : 2;
        double step = Math.pow(10, Math.floor(Math.log10(most - least)));
        return most / least < 3
                ? DoubleStream.iterate(Math.ceil(least / step) * step, tick -> tick <= most, tick -> tick + step)
                        .toArray()
                : DoubleStream.iterate(
                                Math.pow(base, Math.ceil(Math.log(least) / Math.log(base))),
                                tick -> tick <= most,
                                tick -> tick * base)
                        .toArray();
    }

    private static String number(double value) {
        return new DecimalFormat("#,##0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
    }
}
