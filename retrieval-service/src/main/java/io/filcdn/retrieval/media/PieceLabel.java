package io.filcdn.retrieval.media;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The words that say what a piece is, where its bytes leave that open: a link's, or those that its
 * payer put on chain. They choose among what the bytes may be.
 *
 * @param name to save it under
 * @param type a media type without parameters, in lower case
 * @param attachment whether it is to be saved, even where a browser could show it
 */
public record PieceLabel(Optional<FileName> name, Optional<String> type, boolean attachment) {

  /** The key of a piece's metadata on chain whose value is its file name. */
  public static final String NAME_KEY = "filename";

  /** The key of a piece's metadata on chain whose value is its media type. */
  public static final String TYPE_KEY = "contentType";

  /** The contracts take values of 128 bytes; what is longer is none of theirs. */
  private static final int LONGEST_VALUE = 128;

  /** A type and a subtype (RFC 6838, 4.2). */
  private static final Pattern TYPE =
      Pattern.compile("[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*");

  /** A name to show the piece under. */
  public static PieceLabel shownAs(FileName name) {
    return new PieceLabel(Optional.of(name), Optional.empty(), false);
  }

  /** A name to save the piece under. */
  public static PieceLabel savedAs(FileName name) {
    return new PieceLabel(Optional.of(name), Optional.empty(), true);
  }

  /** The label in a piece's metadata on chain; empty where there is none. */
  public static Optional<PieceLabel> of(Map<String, String> metadata) {
    Optional<FileName> name = value(metadata, NAME_KEY).flatMap(FileName::of);
    Optional<String> type =
        value(metadata, TYPE_KEY)
            .map(told -> told.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
            .filter(told -> TYPE.matcher(told).matches());
    return name.isEmpty() && type.isEmpty()
        ? Optional.empty()
        : Optional.of(new PieceLabel(name, type, false));
  }

  private static Optional<String> value(Map<String, String> metadata, String key) {
    return Optional.ofNullable(metadata.get(key)).filter(value -> value.length() <= LONGEST_VALUE);
  }

  /** The media type of a piece so labelled, by what its bytes tell. */
  public String typeOf(String sniffed) {
    String told = type.isPresent() ? NamedTypes.byType(sniffed, type.get()) : sniffed;
    return told.equals(sniffed) && name.isPresent()
        ? NamedTypes.byExtension(sniffed, name.get().extension())
        : told;
  }

  /** The value of {@code Content-Disposition} (RFC 6266); empty without a name. */
  public Optional<String> disposition() {
    return name.map(file -> (attachment ? "attachment; " : "inline; ") + file.parameters());
  }
}
