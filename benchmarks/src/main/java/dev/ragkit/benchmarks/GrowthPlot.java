package dev.ragkit.benchmarks;

import java.util.List;

/** Two charts over the rows of a collection, on a logarithmic axis: the time of a search, and the speed of ingest. */
final class GrowthPlot {
    private static final int SIDE = 300;
    private static final int TOP = 60;
    private static final int LEFT = 70;
    private static final int GAP = 130;

    private final Results growth;
    private final Svg svg = new Svg(LEFT + 2 * SIDE + GAP + 40, TOP + SIDE + 60);

    private GrowthPlot(Results growth) {
        this.growth = growth;
    }

    static String of(Results growth) {
        GrowthPlot plot = new GrowthPlot(growth);
        plot.chart(LEFT, "search, median, microseconds", new String[] {"RagKit p50 us", "floor p50 us"});
        plot.chart(
                LEFT + SIDE + GAP, "ingest, rows a second", new String[] {"ingest rows/s", "ingest rows/s with HNSW"});
        return plot.svg.toString();
    }

    /** One chart with two lines, each named as its column. */
    private void chart(double left, String title, String[] columns) {
        double most = 0;
        for (String column : columns) {
            most = Math.max(most, max(column));
        }
        svg.text(new double[] {left, 20}, "start", Svg.GREY, title);
        svg.line(new double[] {left, TOP}, new double[] {left, TOP + SIDE}, Svg.GREY);
        svg.line(new double[] {left, TOP + SIDE}, new double[] {left + SIDE, TOP + SIDE}, Svg.GREY);
        svg.text(new double[] {left - 6, TOP + 4}, "end", Svg.GREY, Results.number(most));
        svg.text(new double[] {left - 6, TOP + SIDE + 4}, "end", Svg.GREY, "0");
        String[] colours = {Svg.OURS, Svg.THEIRS};
        for (int i = 0; i < columns.length; i++) {
            svg.text(new double[] {left + i * 150, 40}, "start", colours[i], columns[i]);
            line(left, columns[i], most, colours[i]);
        }
        for (List<String> row : growth.rows()) {
            svg.text(
                    new double[] {x(left, row), TOP + SIDE + 20},
                    "middle",
                    Svg.GREY,
                    Integer.parseInt(growth.cell(row, "rows")) / 1_000 + "k");
        }
    }

    private double max(String column) {
        return growth.rows().stream()
                .mapToDouble(row -> Double.parseDouble(growth.cell(row, column)))
                .max()
                .orElse(1);
    }

    private double x(double left, List<String> row) {
        double rows = Double.parseDouble(growth.cell(row, "rows"));
        double first = Math.log(Double.parseDouble(growth.cell(growth.rows().get(0), "rows")));
        double span = Math.max(1, Math.log(max("rows")) - first);
        return left + SIDE * (Math.log(rows) - first) / span;
    }

    private void line(double left, String column, double most, String colour) {
        double[] last = {};
        for (List<String> row : growth.rows()) {
            double value = Double.parseDouble(growth.cell(row, column));
            double[] at = {x(left, row), TOP + SIDE * (1 - value / most)};
            if (last.length > 0) {
                svg.line(last, at, colour);
            }
            svg.dot(at, colour);
            last = at;
        }
    }
}
