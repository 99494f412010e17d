package io.filcdn.settlement.contracts;

import static java.util.stream.Collectors.joining;

import io.filcdn.chain.abi.AbiError;
import io.filcdn.chain.abi.ContractAbi;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.web3j.protocol.core.Response;

/**
 * The reason why a contract refused a call.
 *
 * @param text the decoded error, such as {@code RailInactiveOrSettled(7)}, or what the node said
 */
public record ContractError(String text, Cause cause) {

  /** The part of a call that a contract refuses it for. */
  public enum Cause {
    /** One of the data sets: without it, the others go through. */
    DATA_SET,
    /** The number of data sets: some of them may go through. */
    SIZE,
    /** The caller, the contract or the call: it is refused whatever data sets are asked for. */
    CALL
  }

  /** Errors that have nothing to do with the data sets of the call. */
  private static final Set<String> OF_THE_CALL =
      Set.of(
          "Unauthorized",
          "InvalidUsageAmount",
          "OnlyFilBeamControllerAllowed",
          "OwnableUnauthorizedAccount");

  /** The words of nodes, in any case, where no block has so much gas. */
  private static final List<String> NO_GAS =
      List.of(
          "out of gas", "outofgas", "gas required exceeds allowance", "exceeds block gas limit");

  /** The words of nodes, in any case, where the money for gas does not suffice. */
  private static final List<String> NO_MONEY = List.of("insufficient funds", "not enough funds");

  private static final Map<String, AbiError> BY_SELECTOR =
      Stream.of(ContractAbi.FIL_BEAM_OPERATOR, ContractAbi.FWSS, ContractAbi.FILECOIN_PAY)
          .flatMap(contract -> contract.errors().stream())
          .collect(Collectors.toMap(error -> error.signature().selector(), Function.identity()));

  private static final int SELECTOR_CHARACTERS = 10;
  private static final int MAX_TEXT = 200;
  private static final int WORD_DIGITS = 64;
  private static final int REVERTED = 3;
  private static final Pattern REVERT_DATA = Pattern.compile("0x[0-9a-fA-F]{8,}");

  /**
   * The error that a node's answer to a simulated call tells; empty where the call did not come to
   * the contract, so that the answer says nothing about it.
   */
  static Optional<ContractError> of(Response.Error error) {
    String message = error.getMessage() == null ? "" : error.getMessage();
    boolean reverted = error.getCode() == REVERTED || message.contains("revert");
    Optional<ContractError> decoded =
        reverted
            ? decoded(error.getData() == null ? "" : error.getData(), message)
            : Optional.empty();
    if (decoded.isPresent()) {
      return decoded;
    }
    return cause(message, reverted).map(cause -> new ContractError(oneLine(message), cause));
  }

  private static Optional<Cause> cause(String message, boolean reverted) {
    String lower = message.toLowerCase(Locale.ROOT);
    if (NO_GAS.stream().anyMatch(lower::contains)) {
      return Optional.of(Cause.SIZE);
    }
    if (NO_MONEY.stream().anyMatch(lower::contains)) {
      return Optional.of(Cause.CALL);
    }
    return reverted ? Optional.of(Cause.DATA_SET) : Optional.empty();
  }

  private static Optional<ContractError> decoded(String data, String message) {
    return Stream.of(data, message)
        .map(REVERT_DATA::matcher)
        .filter(Matcher::find)
        .map(found -> decode(found.group()))
        .findFirst();
  }

  private static ContractError decode(String data) {
    String selector = data.substring(0, SELECTOR_CHARACTERS).toLowerCase(Locale.ROOT);
    try {
      if (selector.equals(AbiError.TEXT.signature().selector())) {
        return new ContractError(
            "\"%s\"".formatted(shortened(AbiError.TEXT, data)), Cause.DATA_SET);
      }
      if (selector.equals(AbiError.PANIC.signature().selector())) {
        return new ContractError(
            "Panic(0x%x)".formatted(AbiError.PANIC.values(data).number("")), Cause.CALL);
      }
      AbiError error = BY_SELECTOR.get(selector);
      if (error != null) {
        String arguments =
            error.values(data).all().stream()
                .map(Object::toString)
                .collect(joining(", ", "(", ")"));
        return new ContractError(
            error.name() + arguments,
            OF_THE_CALL.contains(error.name()) ? Cause.CALL : Cause.DATA_SET);
      }
    } catch (IllegalArgumentException e) {
      // shown as it came
    }
    return new ContractError(
        "unknown error %s(%s)".formatted(selector, words(data.substring(SELECTOR_CHARACTERS))),
        Cause.DATA_SET);
  }

  private static String words(String hex) {
    return IntStream.range(0, hex.length() / WORD_DIGITS)
        .mapToObj(i -> hex.substring(i * WORD_DIGITS, (i + 1) * WORD_DIGITS))
        .collect(joining(", "));
  }

  private static String shortened(AbiError error, String data) {
    String text = error.values(data).text("");
    return oneLine(text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text);
  }

  private static String oneLine(String text) {
    return text.lines().findFirst().orElse("no reason given");
  }

  @Override
  public String toString() {
    return text;
  }
}
