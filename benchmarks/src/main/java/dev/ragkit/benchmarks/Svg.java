package dev.ragkit.benchmarks;

import java.util.Locale;

/** A drawing in the making, white and with lines, dots and words. For use by one thread. */
final class Svg {
    /** Of the library. */
    static final String OURS = "#1f6f8b";

    /** Of what it is compared with. */
    static final String THEIRS = "#c8553d";

    /** Of axes and words. */
    static final String GREY = "#555555";

    private final StringBuilder body = new StringBuilder();
    private final int width;
    private final int height;

    Svg(int width, int height) {
        this.width = width;
        this.height = height;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** A line from one point to another, each as {x, y}. */
    Svg line(double[] from, double[] to, String colour) {
        body.append("  <line x1=\"").append(number(from[0])).append("\" y1=\"").append(number(from[1]));
        body.append("\" x2=\"").append(number(to[0])).append("\" y2=\"").append(number(to[1]));
        body.append("\" stroke=\"").append(colour).append("\" stroke-width=\"1.5\"/>\n");
        return this;
    }

    /** A filled rectangle; corner {x, y}, size {width, height}. */
    Svg bar(double[] corner, double[] size, String colour) {
        body.append("  <rect x=\"").append(number(corner[0])).append("\" y=\"").append(number(corner[1]));
        body.append("\" width=\"")
                .append(number(size[0]))
                .append("\" height=\"")
                .append(number(size[1]));
        body.append("\" fill=\"").append(colour).append("\"/>\n");
        return this;
    }

    /** A dot. */
    Svg dot(double[] at, String colour) {
        body.append("  <circle cx=\"").append(number(at[0])).append("\" cy=\"").append(number(at[1]));
        body.append("\" r=\"3.5\" fill=\"").append(colour).append("\"/>\n");
        return this;
    }

    /** Words; {@code anchor} is start, middle or end. */
    Svg text(double[] at, String anchor, String colour, String words) {
        String plain = words.replace("&", "&amp;").replace("<", "&lt;");
        body.append("  <text x=\"").append(number(at[0])).append("\" y=\"").append(number(at[1]));
        body.append("\" text-anchor=\"").append(anchor).append("\" fill=\"").append(colour);
        body.append("\">").append(plain).append("</text>\n");
        return this;
    }

    @Override
    public String toString() {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " + height
                + "\" width=\"" + width + "\" height=\"" + height
                + "\" font-family=\"sans-serif\" font-size=\"12\">\n  <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
                + body + "</svg>\n";
    }
}
