package io.filcdn.settlement.batch;

import io.filcdn.settlement.contracts.ContractError;
import io.filcdn.settlement.contracts.GasEstimate;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.Submission;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The cutting of a submission into batches that are small enough and go through. Where the contract
 * refuses one, it is halved until the data set is found that it refuses; the rest goes on.
 */
@Singleton
public final class Batches {

  private static final int ENVELOPE = 1024;

  /**
   * The number of data sets without gas after which it is the node that has too little, where
   * nothing goes through by then.
   */
  private static final int MOST_WITHOUT_GAS = 20;

  private final Simulator simulator;
  private final BatchConfig config;

  Batches(Simulator simulator, BatchConfig config) {
    this.simulator = simulator;
    this.config = config;
  }

  /** The receiver of what was cut. */
  public interface Taker {

    /**
     * Leaves out of a part, before anything of it is tried, what must not be sent now.
     *
     * @return the rest; empty where nothing is left
     */
    Optional<? extends Submission> agreed(Submission part);

    /**
     * Takes a batch that goes through.
     *
     * @return whether more can be taken
     */
    boolean take(Batch batch);

    /**
     * Hears of a data set that fits in no batch.
     *
     * @param single a submission for this data set alone
     */
    void refuse(Submission single, String why);
  }

  /** The outcome of the cutting. */
  public sealed interface Cut {

    /** A complete cutting: every data set was handed over in a batch, or refused. */
    record Complete() implements Cut {}

    /** A cutting that ended early, as the taker wanted no more. The rest is to be planned anew. */
    record Stopped() implements Cut {}

    /** A failed cutting: the contract refuses whatever it is asked for. */
    record Refused(ContractError error) implements Cut {}
  }

  /** Cuts {@code whole}, and hands over each batch as soon as it is known to go through. */
  public Cut cut(Submission whole, Taker taker) {
    return new Cutting(taker).cut(whole);
  }

  /** One cutting of a submission. */
  private final class Cutting {

    private final Taker taker;

    /** Data sets for which there is not the gas alone, and what the node said of each. */
    private final SequencedMap<Submission, ContractError> withoutGas = new LinkedHashMap<>();

    private boolean someGoThrough;

    Cutting(Taker taker) {
      this.taker = taker;
    }

    Cut cut(Submission whole) {
      Cut cut = new Cut.Complete();
      for (int from = 0;
          from < whole.size() && cut instanceof Cut.Complete;
          from += config.maxDataSets()) {
        int to = Math.min(whole.size(), from + config.maxDataSets());
        Optional<? extends Submission> agreed = taker.agreed(whole.part(from, to));
        cut = agreed.isPresent() ? cutAgreed(agreed.get()) : cut;
      }
      return cut instanceof Cut.Refused ? cut : blamed(cut);
    }

    /** Whose fault it is that there is not the gas for one shows where others go through. */
    private Cut blamed(Cut cut) {
      if (withoutGas.isEmpty()) {
        return cut;
      }
      if (!someGoThrough) {
        return new Cut.Refused(withoutGas.lastEntry().getValue());
      }
      withoutGas.keySet().forEach(one -> taker.refuse(one, "there is not the gas for it alone"));
      return cut;
    }

    private Cut cutAgreed(Submission agreed) {
      Deque<Submission> parts = new ArrayDeque<>();
      parts.add(agreed);
      while (!parts.isEmpty()) {
        Submission part = parts.pop();
        if (part.size() > 1 && simulator.size(part) > largest()) {
          halve(part, parts, "it is larger than a message");
          continue;
        }
        switch (simulator.run(part)) {
          case GasEstimate.Refused(ContractError error) -> {
            boolean alone = error.cause() == ContractError.Cause.SIZE && part.size() == 1;
            if (alone) {
              withoutGas.put(part, error);
            }
            boolean enough = !someGoThrough && withoutGas.size() == MOST_WITHOUT_GAS;
            if (enough || error.cause() == ContractError.Cause.CALL) {
              return new Cut.Refused(error);
            }
            if (!alone) {
              halve(part, parts, "the contract refuses it: " + error);
            }
          }
          case GasEstimate.Takes(Gas gas) -> {
            someGoThrough = true;
            Gas limit = limit(part, gas);
            if (limit.units() > config.maxGas()) {
              halve(part, parts, "it needs %s gas of %d".formatted(limit, config.maxGas()));
            } else if (!taker.take(new Batch(part, limit))) {
              return new Cut.Stopped();
            }
          }
        }
      }
      return new Cut.Complete();
    }

    private void halve(Submission part, Deque<Submission> parts, String why) {
      if (part.size() == 1) {
        taker.refuse(part, why);
        return;
      }
      int middle = part.size() / 2;
      parts.push(part.part(middle, part.size()));
      parts.push(part.part(0, middle));
    }
  }

  /**
   * The gas that {@code submission}, which goes through, is allowed.
   *
   * @throws io.filcdn.settlement.contracts.NodeException where it is refused
   */
  public Gas gasLimit(Submission submission) {
    return limit(submission, simulator.run(submission).gasTaken());
  }

  /**
   * What a submission takes now, some headroom, and what it takes more should transactions before
   * it empty the slots that it writes to.
   */
  private Gas limit(Submission submission, Gas taken) {
    return taken
        .plusPercent(config.gasHeadroomPercent())
        .plus(Math.multiplyExact(emptiable(submission), config.emptySlotGas()));
  }

  /** The number of storage slots that can be empty by then and are not now. */
  private static long emptiable(Submission submission) {
    return switch (submission) {
      // what a data set owes of either kind: a settlement may come first
      case Submission.UsageReport report -> 2L * report.size();
      // what the payee has, and what the network keeps of fees: withdrawals may come first
      case Submission.RailSettlement settlement -> 2L * settlement.size();
      case Submission.Termination _, Submission.GapFill _ -> 0;
    };
  }

  /**
   * The size that is left of a message for arguments: the rest is for the envelope and its
   * signature.
   */
  private long largest() {
    return config.maxMessage().asLongValue() - ENVELOPE;
  }
}
