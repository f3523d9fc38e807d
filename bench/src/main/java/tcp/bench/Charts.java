package tcp.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.category.StatisticalBarRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jfree.svg.SVGGraphics2D;

/** The result as pictures: SVG, on a background of their own for dark pages. */
final class Charts {
    private static final int WIDTH = 860;
    /** Okabe and Ito's colours, which can be told apart by all eyes, and four more. */
    private static final Color[] COLOURS = {
        new Color(0x0072B2),
        new Color(0xE69F00),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0xD55E00),
        new Color(0x56B4E9),
        new Color(0x000000),
        new Color(0xB8A800),
        new Color(0x7A5195),
        new Color(0x8C8C8C)
    };

    private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 15);

    private final List<Summary.Line> lines;
    private final Path folder;

    private Charts(List<Summary.Line> lines, Path folder) {
        this.lines = lines;
        this.folder = folder;
    }

    /** Draws a chart of each sheet that there is. */
    static void draw(List<Summary.Line> lines, Path folder) throws IOException {
        Charts charts = new Charts(lines, folder);
        charts.cpu(1, "cpu", "CPU time a request, no pipelining (c-epoll = 1)");
        charts.cpu(16, "cpu-pipelined", "CPU time a request, 16 pipelined (c-epoll = 1)");
        charts.rate();
        charts.single("memory", "each_bytes", "Memory an idle connection takes (bytes)");
        charts.single("start", "start_ms", "From start to first answer (ms)");
        charts.live();
    }

    private void cpu(int pipelined, String name, String title) throws IOException {
        var data = new DefaultStatisticalCategoryDataset();
        for (Summary.Line line : lines) {
            if (line.sheet().equals("load")
                    && line.figure().equals("cpu_us_to_floor")
                    && line.pipelined().equals("" + pipelined)) {
                String connections =
                        line.connections().equals("1") ? "1 connection" : line.connections() + " connections";
                add(data, line, connections);
            }
        }
        bars(data, new LogAxis("times as much as c-epoll"), title, name, 620, 0.8);
    }

    private void rate() throws IOException {
        var data = new DefaultStatisticalCategoryDataset();
        for (Summary.Line line : lines) {
            if (line.sheet().equals("rate")
                    && line.connections().equals("128")
                    && line.pipelined().equals("1")
                    && line.figure().endsWith("_us")) {
                add(data, line, line.figure().equals("p50_us") ? "median" : "99 of 100");
            }
        }
        bars(data, new LogAxis("µs"), "The wait for an answer at a fixed rate, 128 connections (µs)", "rate", 440, 10);
    }

    private void single(String sheet, String figure, String title) throws IOException {
        var data = new DefaultStatisticalCategoryDataset();
        for (Summary.Line line : lines) {
            if (line.sheet().equals(sheet) && line.figure().equals(figure)) {
                add(data, line, title);
            }
        }
        bars(data, new LogAxis(null), title, sheet, 360, 1);
    }

    private static void add(DefaultStatisticalCategoryDataset data, Summary.Line line, String series) {
        if (line.median() > 0) {
            data.add(line.median(), (line.highest() - line.lowest()) / 2, series, line.peer());
        }
    }

    private void bars(
            DefaultStatisticalCategoryDataset data, LogAxis values, String title, String name, int height, double least)
            throws IOException {
        if (data.getRowCount() == 0) {
            return;
        }
        double most = 0;
        for (Summary.Line line : lines) {
            for (int row = 0; row < data.getRowCount(); row++) {
                if (data.getColumnKeys().contains(line.peer())) {
                    Number value = data.getMeanValue(data.getRowKey(row), line.peer());
                    most = value == null ? most : Math.max(most, value.doubleValue());
                }
            }
        }
        values.setRange(least, most * 1.5);
        powers(values, most / least > 100 ? 10 : 2);
        StatisticalBarRenderer renderer = new StatisticalBarRenderer();
        renderer.setBarPainter(new StandardBarPainter());
        renderer.setShadowVisible(false);
        renderer.setBase(least);
        renderer.setItemMargin(0.1);
        renderer.setErrorIndicatorPaint(Color.DARK_GRAY);
        for (int i = 0; i < data.getRowCount(); i++) {
            renderer.setSeriesPaint(i, COLOURS[i]);
        }
        CategoryAxis peers = new CategoryAxis();
        peers.setTickLabelFont(PLAIN);
        peers.setCategoryMargin(0.25);
        CategoryPlot plot = new CategoryPlot(data, peers, values, renderer);
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        save(plot, values, title, name, height, data.getRowCount() > 1);
    }

    /** Ticks at 1, 2, 4, 8 or at 1, 10, 100, written like that. */
    private static void powers(LogAxis axis, int base) {
        axis.setBase(base);
        axis.setTickUnit(new NumberTickUnit(1));
        axis.setNumberFormatOverride(new DecimalFormat("#,##0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)));
    }

    private void live() throws IOException {
        XYSeriesCollection data = new XYSeriesCollection();
        for (String peer : Peers.names()) {
            XYSeries series = new XYSeries(peer);
            for (Summary.Line line : lines) {
                if (line.sheet().equals("idle")
                        && line.peer().equals(peer)
                        && line.figure().equals("p50_us")
                        && !line.idle().equals("0")) {
                    series.add(Double.parseDouble(line.idle()), line.median());
                }
            }
            if (!series.isEmpty()) {
                data.addSeries(series);
            }
        }
        if (data.getSeriesCount() == 0) {
            return;
        }
        LogAxis connections = new LogAxis("idle connections");
        powers(connections, 10);
        connections.setTickLabelFont(PLAIN);
        NumberAxis waits = new NumberAxis("µs");
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer();
        for (int i = 0; i < data.getSeriesCount(); i++) {
            renderer.setSeriesPaint(i, COLOURS[i % COLOURS.length]);
            renderer.setSeriesStroke(i, new BasicStroke(2));
        }
        XYPlot plot = new XYPlot(data, connections, waits, renderer);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
        save(plot, waits, "A live connection's median wait beside idle ones (µs)", "idle", 460, true);
    }

    private void save(Plot plot, ValueAxis values, String title, String name, int height, boolean legend)
            throws IOException {
        values.setTickLabelFont(PLAIN);
        values.setLabelFont(PLAIN);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlineVisible(false);
        JFreeChart chart = new JFreeChart(title, BOLD, plot, legend);
        chart.setBackgroundPaint(Color.WHITE);
        if (legend) {
            chart.getLegend().setItemFont(PLAIN);
        }
        SVGGraphics2D graphics = new SVGGraphics2D(WIDTH, height);
        graphics.setDefsKeyPrefix(name); // ids of their own: pages hold several pictures
        chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, height));
        Files.writeString(folder.resolve(name + ".svg"), graphics.getSVGElement() + "\n");
    }
}
