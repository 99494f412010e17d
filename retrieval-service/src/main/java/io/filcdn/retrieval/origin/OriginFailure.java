package io.filcdn.retrieval.origin;

import io.filcdn.common.payment.ProviderId;
import java.util.Locale;

/**
 * The reason that a provider did not deliver.
 *
 * @param kind what the edge makes of it
 * @param detail what was expected, and what was found; it can hold the provider's URL
 */
public record OriginFailure(ProviderId provider, Kind kind, String detail) {

  /** The kind of failure; its text is shown to clients. */
  public enum Kind {
    /** Its URL may not be contacted, or cannot be. */
    UNUSABLE("its URL cannot be used"),
    /** It says that it does not have the piece. */
    NOT_FOUND("does not have the piece"),
    /** It asks for a proof that this edge has not, or takes none of it. */
    FORBIDDEN("does not let this edge fetch"),
    /** It did not answer, or sent too little, for too long. */
    TIMEOUT("took too long"),
    /** It answered with an error, or the connection broke. */
    FAILED("failed"),
    /** It knows no ranges, and too much would have to be read past. */
    WHOLE_ONLY("sends all of the piece where a part is asked for"),
    /** It has had enough of this edge, or this edge of it, for now. */
    BUSY("is not asked now"),
    /** The data set has not paid for what it would supply. */
    UNPAID("the data set's cache-miss quota does not reach"),
    /** It would have been paid for, but for what others have reserved. */
    CONTENDED("the data set's cache-miss quota is reserved"),
    /** It cannot be asked now whether it would have been paid for. */
    UNLEASED("not asked, as the data set's cache-miss quota cannot be leased now");

    private final String text;
    private final String label;

    Kind(String text) {
      this.text = text;
      this.label = name().toLowerCase(Locale.ROOT);
    }

    /** The value of a metric's label. */
    String label() {
      return label;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** The text that clients may read: who failed and how, without URLs. */
  public String shown() {
    return provider + ": " + kind;
  }
}
