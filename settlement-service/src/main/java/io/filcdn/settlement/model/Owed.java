package io.filcdn.settlement.model;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.QuotaRecord;

/** The amounts that a data set owed at a block, by the operator contract. */
public record Owed(DataSetId dataSet, TokenAmount cdn, TokenAmount cacheMiss, BlockNumber block) {

  /** The part of it that one kind of rail pays. */
  public TokenAmount on(QuotaRecord.Kind rail) {
    return switch (rail) {
      case CDN -> cdn;
      case CACHE_MISS -> cacheMiss;
    };
  }

  /**
   * A data set that may owe something.
   *
   * @param indexVersion the version of the index record that this comes from
   */
  public record Candidate(
      DataSetId dataSet, RailId cdnRail, RailId cacheMissRail, long indexVersion) {

    /** The rail of that kind. */
    public RailId rail(QuotaRecord.Kind kind) {
      return switch (kind) {
        case CDN -> cdnRail;
        case CACHE_MISS -> cacheMissRail;
      };
    }
  }
}
