package io.filcdn.retrieval.request;

import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code Range} header (RFC 9110, 14.2). Ranges that overlap, or have less between them than
 * the head of a part takes, become one, so that no byte is sent twice; and they come in ascending
 * order whatever the order asked for, as that is how bytes come from providers.
 */
final class RangeHeader {

  /** The most ranges that one header may ask for; with more, it is ignored. */
  static final int MOST = 128;

  /** The bytes that a part's head takes, about. */
  private static final int PART_HEAD = 128;

  private static final String UNIT = "bytes";
  private static final Pattern RANGE = Pattern.compile("(\\d*)-(\\d*)");

  private final long size;
  private final List<ByteRange> found = new ArrayList<>();
  private int asked;
  private boolean suffix;

  private RangeHeader(long size) {
    this.size = size;
  }

  /**
   * Selects by a header.
   *
   * @param size of the piece
   * @param whole the selection where the header is to be ignored
   */
  static Selection select(String header, long size, Selection.Bytes whole) {
    int equals = header.indexOf('=');
    if (equals < 0 || !header.substring(0, equals).equalsIgnoreCase(UNIT)) {
      return whole;
    }
    RangeHeader ranges = new RangeHeader(size);
    return ranges.read(header.substring(equals + 1)) ? ranges.selection(whole) : whole;
  }

  /** Reads the list of ranges; false where it is none that can be followed. */
  private boolean read(String list) {
    for (String element : list.split(",")) {
      String range = element.strip();
      // a list may have empty elements
      if (!range.isEmpty() && (++asked > MOST || !add(range))) {
        return false;
      }
    }
    return asked > 0;
  }

  private boolean add(String range) {
    Matcher ends = RANGE.matcher(range);
    if (!ends.matches() || range.length() == 1) {
      return false;
    }
    Optional<Long> first = number(ends.group(1));
    Optional<Long> last = number(ends.group(2));
    if (first.isEmpty()) {
      addSuffix(last.orElseThrow());
      return true;
    }
    long end = last.map(at -> at < size ? at + 1 : size).orElse(size);
    if (first.get() < end) {
      found.add(new ByteRange(first.get(), end));
    }
    return last.isEmpty() || first.get() <= last.get();
  }

  private void addSuffix(long length) {
    suffix |= length > 0;
    if (length > 0 && size > 0) {
      found.add(new ByteRange(size - Math.min(size, length), size));
    }
  }

  /** The number, or the largest one where it is larger still; none where there are no digits. */
  private static Optional<Long> number(String digits) {
    if (digits.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Long.parseLong(digits));
    } catch (NumberFormatException e) {
      return Optional.of(Long.MAX_VALUE);
    }
  }

  private Selection selection(Selection.Bytes whole) {
    if (found.isEmpty()) {
      // Content-Range cannot say "none of none": the end of an empty piece is sent whole
      return size == 0 && suffix ? whole : new Selection.Unsatisfiable();
    }
    ByteRanges ranges = new ByteRanges(merged());
    long length = ranges.length() + (long) PART_HEAD * ranges.all().size();
    return ranges.isOne() || length < size ? new Selection.Bytes(ranges, true) : whole;
  }

  private List<ByteRange> merged() {
    found.sort(Comparator.comparingLong(ByteRange::start));
    List<ByteRange> merged = new ArrayList<>();
    for (ByteRange next : found) {
      ByteRange last = merged.isEmpty() ? next : merged.removeLast();
      if (next.start() <= last.end() + PART_HEAD) {
        merged.add(new ByteRange(last.start(), Math.max(last.end(), next.end())));
      } else {
        merged.add(last);
        merged.add(next);
      }
    }
    return merged;
  }
}
