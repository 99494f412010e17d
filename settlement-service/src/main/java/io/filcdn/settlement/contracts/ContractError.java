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
 * @param concernsAll whether the contract refuses whatever data sets are asked for: the caller, the
 *     contract or the call is wrong, not one of them
 */
public record ContractError(String text, boolean concernsAll) {

  /** Errors that have nothing to do with the data sets of the call. */
  private static final Set<String> OF_THE_RUN =
      Set.of(
          "Unauthorized",
          "InvalidUsageAmount",
          "OnlyFilBeamControllerAllowed",
          "OwnableUnauthorizedAccount");

  /** The words of nodes, in any case, where gas or the money for it does not suffice. */
  private static final List<String> OF_THE_NODE =
      List.of("out of gas", "insufficient funds", "not enough funds", "syserroutofgas");

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
    if (OF_THE_NODE.stream().anyMatch(message.toLowerCase(Locale.ROOT)::contains)) {
      return Optional.of(new ContractError(oneLine(message), true));
    }
    return reverted ? Optional.of(new ContractError(oneLine(message), false)) : Optional.empty();
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
        return new ContractError("\"%s\"".formatted(shortened(AbiError.TEXT, data)), false);
      }
      if (selector.equals(AbiError.PANIC.signature().selector())) {
        return new ContractError(
            "Panic(0x%x)".formatted(AbiError.PANIC.values(data).number("")), true);
      }
      AbiError error = BY_SELECTOR.get(selector);
      if (error != null) {
        String arguments =
            error.values(data).all().stream()
                .map(Object::toString)
                .collect(joining(", ", "(", ")"));
        return new ContractError(error.name() + arguments, OF_THE_RUN.contains(error.name()));
      }
    } catch (IllegalArgumentException e) {
      // shown as it came
    }
    return new ContractError(
        "unknown error %s(%s)".formatted(selector, words(data.substring(SELECTOR_CHARACTERS))),
        false);
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
