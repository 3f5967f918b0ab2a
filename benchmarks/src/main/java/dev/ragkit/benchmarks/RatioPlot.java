package dev.ragkit.benchmarks;

import java.util.List;

/** Bars of how long a search of the library takes beside the best one written by hand, which is the line at 1. */
final class RatioPlot {
    private static final int LEFT = 250;
    private static final int WIDTH = 400;
    private static final int TOP = 50;
    private static final int STEP = 18;
    private static final double MOST = 2;

    private RatioPlot() {}

    static String of(Results search) {
        List<List<String>> rows = search.rows();
        int bottom = TOP + rows.size() * STEP;
        Svg svg = new Svg(LEFT + WIDTH + 70, bottom + 40);
        svg.text(new double[] {LEFT, 20}, "start", Svg.GREY, "Time of a search (median), by hand = 1");
        for (int i = 0; i < rows.size(); i++) {
            bar(svg, search, rows.get(i), TOP + i * STEP);
        }
        svg.line(new double[] {x(1), TOP - 8}, new double[] {x(1), bottom}, Svg.THEIRS);
        svg.text(new double[] {x(1), bottom + 16}, "middle", Svg.THEIRS, "1");
        svg.line(new double[] {x(1.1), TOP - 8}, new double[] {x(1.1), bottom}, Svg.GREY);
        svg.text(new double[] {x(1.1), bottom + 30}, "middle", Svg.GREY, "1.10");
        return svg.toString();
    }

    private static double x(double ratio) {
        return LEFT + WIDTH * Math.min(ratio, MOST) / MOST;
    }

    /** Longer ones are cut; the number says how long they are. */
    private static void bar(Svg svg, Results search, List<String> row, double top) {
        String ratio = search.cell(row, "ratio");
        String label = search.cell(row, "dimensions") + "-d, k " + search.cell(row, "k") + ", filter "
                + search.cell(row, "filter") + ", " + search.cell(row, "threads") + " thr.";
        double end = x(Double.parseDouble(ratio));
        svg.text(new double[] {LEFT - 8, top + 11}, "end", Svg.GREY, label);
        svg.bar(new double[] {LEFT, top}, new double[] {end - LEFT, STEP - 4}, Svg.OURS);
        svg.text(new double[] {end + 6, top + 11}, "start", Svg.OURS, ratio);
    }
}
