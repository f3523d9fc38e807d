package tcp.bench;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The result as pictures: SVG, with a background of their own for dark pages. */
final class Charts {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 440;
    /** Okabe and Ito's colours, which can be told apart by all eyes. */
    private static final Color[] COLOURS = {new Color(0x0072B2), new Color(0xE69F00),
            new Color(0x009E73), new Color(0xCC79A7), new Color(0xD55E00),
            new Color(0x56B4E9), new Color(0x000000), new Color(0xB8A800),
            new Color(0x7A5195), new Color(0x8C8C8C)};

    private final List<Summary.Line> lines;
    private final Path folder;

    private Charts(List<Summary.Line> lines, Path folder) {
        this.lines = lines;
        this.folder = folder;
    }

    static void draw(List<Summary.Line> lines, Path folder) throws IOException {
        Charts charts = new Charts(lines, folder);
        charts.cpu(1, "cpu", "CPU time a request, one at a time on each connection");
        charts.cpu(16, "cpu-pipelined", "CPU time a request, 16 pipelined");
        charts.rate();
        charts.bars("memory", "each_bytes", "Memory an idle connection takes, bytes");
        charts.bars("start", "start_ms", "From start to first answer, ms");
        charts.live();
    }

    private List<String> peers(String sheet) {
        return Peers.names().stream().filter(peer -> lines.stream().anyMatch(
                line -> line.sheet().equals(sheet) && line.peer().equals(peer))).toList();
    }

    private Summary.Line line(String sheet, String peer, int connections, int pipelined,
            String figure) {
        return lines.stream()
                .filter(line -> line.is(sheet, peer, connections, pipelined, figure))
                .findFirst().orElse(null);
    }

    private void cpu(int pipelined, String name, String title) throws IOException {
        CategoryChart chart = categories(title, "times the C loop's");
        for (int connections : new int[]{1, 16, 128, 1024}) {
            List<Double> heights = new ArrayList<>();
            List<Double> spread = new ArrayList<>();
            for (String peer : peers("load")) {
                Summary.Line line = line("load", peer, connections, pipelined,
                        "cpu_us_to_floor");
                heights.add(line == null ? 0 : line.median());
                spread.add(line == null ? 0 : (line.highest() - line.lowest()) / 2);
            }
            if (heights.stream().anyMatch(height -> height > 0)) {
                chart.addSeries(connections + (connections == 1 ? " connection" : ""),
                        peers("load"), heights, spread);
            }
        }
        save(chart, name);
    }

    private void rate() throws IOException {
        CategoryChart chart = categories(
                "Waiting for an answer at a fixed rate, 128 connections", "µs");
        chart.getStyler().setYAxisLogarithmic(true);
        for (String figure : List.of("p50_us", "p99_us")) {
            List<Double> heights = new ArrayList<>();
            for (String peer : peers("rate")) {
                Summary.Line line = line("rate", peer, 128, 1, figure);
                heights.add(line == null ? 1 : line.median());
            }
            chart.addSeries(figure.equals("p50_us") ? "median" : "99 of 100",
                    peers("rate"), heights);
        }
        save(chart, "rate");
    }

    private void bars(String sheet, String figure, String title) throws IOException {
        CategoryChart chart = categories(title, "");
        chart.getStyler().setYAxisLogarithmic(true).setLegendVisible(false);
        List<Double> heights = new ArrayList<>();
        for (String peer : peers(sheet)) {
            heights.add(lines.stream()
                    .filter(line -> line.sheet().equals(sheet)
                            && line.peer().equals(peer) && line.figure().equals(figure))
                    .mapToDouble(line -> Math.max(1, line.median())).findFirst()
                    .orElse(1));
        }
        chart.addSeries(title, peers(sheet), heights);
        save(chart, sheet);
    }

    private void live() throws IOException {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT)
                .title("A live connection's median wait beside idle ones")
                .xAxisTitle("idle connections").yAxisTitle("µs").build();
        style(chart.getStyler());
        chart.getStyler().setXAxisLogarithmic(true)
                .setLegendPosition(LegendPosition.OutsideE);
        for (String peer : peers("idle")) {
            List<Summary.Line> points = lines.stream()
                    .filter(line -> line.sheet().equals("idle")
                            && line.peer().equals(peer) && line.figure().equals("p50_us")
                            && !line.idle().equals("0"))
                    .toList();
            if (!points.isEmpty()) {
                chart.addSeries(peer,
                        points.stream().map(line -> Double.valueOf(line.idle()))
                                .toList(),
                        points.stream().map(Summary.Line::median).toList());
            }
        }
        save(chart, "idle");
    }

    private static CategoryChart categories(String title, String unit) {
        CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(HEIGHT)
                .title(title).yAxisTitle(unit).build();
        style(chart.getStyler());
        chart.getStyler().setXAxisLabelRotation(30);
        return chart;
    }

    private static void style(AxesChartStyler styler) {
        styler.setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setChartBackgroundColor(Color.WHITE).setPlotBackgroundColor(Color.WHITE)
                .setSeriesColors(COLOURS)
                .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15))
                .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    }

    private void save(IChart chart, String name) throws IOException {
        try (OutputStream file = Files.newOutputStream(folder.resolve(name + ".svg"))) {
            ChartEncoder.saveChart(chart, file, "svg");
        }
    }
}
