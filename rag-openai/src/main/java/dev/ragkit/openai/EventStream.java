package dev.ragkit.openai;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads server-sent events, byte by byte, so that it makes no difference how they come in pieces (WHATWG HTML, section 9.2.6, "Interpreting
 * an event stream"). Only {@code data} is kept: {@code event}, {@code id}, {@code retry} and comments are passed over, since the
 * servers read here repeat in the data what counts. For use by one thread.
 *
 * <p>A line may have 1 MiB, the data of an event 4 MiB.
 */
final class EventStream {
    private static final int MAX_LINE = 1 << 20;
    private static final int MAX_DATA = 4 << 20;
    private static final int BUFFER = 8 << 10;
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;

    private final Bytes line = new Bytes();
    private final Bytes data = new Bytes();
    private boolean hasData;
    private boolean afterReturn;
    private boolean firstLine = true;

    EventStream(InputStream in) {
        this.in = in;
    }

    /** A buffer that grows. */
    static final class Bytes {
        private byte[] array = new byte[256];
        private int length;

        private void add(byte b) {
            if (length == array.length) {
                array = Arrays.copyOf(array, length * 2);
            }
            array[length++] = b;
        }

        private void add(byte[] bytes, int from, int to) {
            int sum = length + to - from;
            if (sum > array.length) {
                array = Arrays.copyOf(array, Math.max(sum, array.length * 2));
            }
            System.arraycopy(bytes, from, array, length, to - from);
            length = sum;
        }

        byte[] array() {
            return array;
        }

        int length() {
            return length;
        }

        /** Whether it holds this text of ASCII and nothing else. */
        boolean is(String text) {
            return length == text.length() && new String(array, 0, length, StandardCharsets.ISO_8859_1).equals(text);
        }

        @Override
        public String toString() {
            return new String(array, 0, length, StandardCharsets.UTF_8);
        }
    }

    /**
     * Goes on to the next event that has data.
     *
     * @return whether there is one; an event that the end of the stream cuts off is none
     */
    boolean next() throws IOException {
        data.length = 0;
        hasData = false;
        while (true) {
            if (at == end && !fill()) {
                return false;
            }
            byte b = buffer[at++];
            if (b == '\n' && afterReturn) {
                afterReturn = false;
            } else if (b == '\n' || b == '\r') {
                afterReturn = b == '\r';
                if (endLine()) {
                    return true;
                }
            } else {
                afterReturn = false;
                if (line.length == MAX_LINE) {
                    throw new UnusableContent("the stream has a line of more than " + MAX_LINE + " bytes");
                }
                line.add(b);
            }
        }
    }

    /** The data of the event, until the next one is read. */
    Bytes data() {
        return data;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(buffer, 0, BUFFER));
        return end > 0;
    }

    /** Takes the line; returns whether it ends an event. */
    private boolean endLine() throws UnusableContent {
        int from = 0;
        if (firstLine) {
            firstLine = false;
            from = startsWith(MARK, 0) ? MARK.length : 0;
        }
        int length = line.length;
        if (length == from) {
            line.length = 0;
            return hasData;
        }
        takeField(from);
        line.length = 0;
        return false;
    }

    private void takeField(int from) throws UnusableContent {
        if (!startsWith(DATA, from)) {
            return;
        }
        int value = from + DATA.length;
        if (value < line.length) {
            if (line.array[value] != ':') {
                return;
            }
            value++;
            if (value < line.length && line.array[value] == ' ') {
                value++;
            }
        }
        if (hasData) {
            data.add((byte) '\n');
        }
        hasData = true;
        data.add(line.array, value, line.length);
        if (data.length > MAX_DATA) {
            throw new UnusableContent("the stream has an event of more than " + MAX_DATA + " bytes");
        }
    }

    private boolean startsWith(byte[] prefix, int from) {
        return line.length - from >= prefix.length
                && Arrays.equals(line.array, from, from + prefix.length, prefix, 0, prefix.length);
    }
}
