package io.filcdn.metrics.credits;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a call with operations.
 *
 * @param results one for each operation, in their order
 */
public record OperationAnswer(List<Result> results) {

  /**
   * The end of an operation: done, where there is a reservation, or refused.
   *
   * @param id as in the operation
   */
  @JsonInclude(Include.NON_ABSENT)
  public record Result(
      String id, Optional<ReservationView> reservation, Optional<RefusalView> refused) {

    static Result of(String id, OperationResult result) {
      return switch (result) {
        case OperationResult.Done(Reservation reservation) ->
            new Result(id, Optional.of(ReservationView.of(reservation)), Optional.empty());
        case OperationResult.Refused(CreditRefusal reason, Optional<CreditAmount> available) ->
            new Result(
                id,
                Optional.empty(),
                Optional.of(
                    new RefusalView(
                        reason.problem().code(), reason.problem().detail(), available)));
      };
    }
  }

  /**
   * A reservation as it is now.
   *
   * @param committed the part that was used
   * @param expires when what it still holds comes back
   */
  public record ReservationView(
      CreditAccount account,
      CreditKind kind,
      CreditAmount amount,
      CreditAmount committed,
      Reservation.State state,
      Instant expires) {

    static ReservationView of(Reservation reservation) {
      return new ReservationView(
          reservation.book().account(),
          reservation.book().kind(),
          reservation.amount(),
          reservation.committed(),
          reservation.state(),
          reservation.expires());
    }
  }

  /**
   * A refusal of one operation.
   *
   * @param available what the account has, where that is too little
   */
  @JsonInclude(Include.NON_ABSENT)
  public record RefusalView(String code, String detail, Optional<CreditAmount> available) {}
}
