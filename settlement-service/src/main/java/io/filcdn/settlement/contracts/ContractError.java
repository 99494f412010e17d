package io.filcdn.settlement.contracts;

import static java.util.stream.Collectors.joining;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.web3j.crypto.Hash;
import org.web3j.protocol.core.Response;

/**
 * Why a contract refused a call.
 *
 * @param text the decoded error, such as {@code RailInactiveOrSettled(7)}, or what the node said
 * @param concernsAll whether the contract refuses whatever data sets are asked for: the caller, the
 *     contract or the call is wrong, not one of them
 */
public record ContractError(String text, boolean concernsAll) {

  /** Errors that have nothing to do with the data sets of the call. */
  private static final List<String> OF_THE_RUN =
      List.of(
          "Unauthorized()",
          "InvalidUsageAmount()",
          "OnlyFilBeamControllerAllowed(address,address)",
          "OwnableUnauthorizedAccount(address)");

  /** What nodes say, in any case, where gas or the money for it does not suffice. */
  private static final List<String> OF_THE_NODE =
      List.of("out of gas", "insufficient funds", "not enough funds", "syserroutofgas");

  /** Errors that a single data set can cause. */
  private static final List<String> OF_A_DATA_SET =
      List.of(
          "InvalidEpoch()",
          "InvalidDataSetId(uint256)",
          "FilBeamServiceNotConfigured(uint256)",
          "RailInactiveOrSettled(uint256)",
          "RailNotAssociated(uint256)",
          "CannotModifyTerminatedRailBeyondEndEpoch(uint256,uint256,uint256)",
          "OneTimePaymentExceedsLockup(uint256,uint256,uint256)",
          "InsufficientFundsForOneTimePayment(address,address,uint256,uint256)",
          "InsufficientCurrentLockup(address,address,uint256,uint256)",
          "LockupExceedsFundsInvariant(address,address,uint256,uint256)",
          "OperatorNotApproved(address,address)",
          "OperatorRateAllowanceExceeded(uint256,uint256)",
          "OperatorLockupAllowanceExceeded(uint256,uint256)");

  private static final Map<String, String> BY_SELECTOR =
      Stream.concat(OF_THE_RUN.stream(), OF_A_DATA_SET.stream())
          .collect(Collectors.toMap(ContractError::selector, Function.identity()));

  private static final String REVERT_WITH_TEXT = selector("Error(string)");
  private static final String PANIC = selector("Panic(uint256)");
  private static final int SELECTOR_DIGITS = 8;
  private static final int WORD_DIGITS = 64;
  private static final int REVERTED = 3;
  private static final Pattern REVERT_DATA = Pattern.compile("0x([0-9a-fA-F]{8,})");

  /**
   * What a node's answer to a simulated call says; empty where the call did not come to the
   * contract, so that the answer says nothing about it.
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
        .map(found -> decode(found.group(1)))
        .findFirst();
  }

  private static ContractError decode(String hex) {
    String selector = hex.substring(0, SELECTOR_DIGITS);
    List<String> words = words(hex.substring(SELECTOR_DIGITS));
    if (selector.equals(REVERT_WITH_TEXT) && words.size() > 2) {
      return new ContractError("\"%s\"".formatted(text(words)), false);
    }
    if (selector.equals(PANIC) && !words.isEmpty()) {
      return new ContractError("Panic(0x%x)".formatted(new BigInteger(words.getFirst(), 16)), true);
    }
    String signature = BY_SELECTOR.get(selector);
    if (signature == null) {
      return new ContractError(
          "unknown error 0x%s(%s)".formatted(selector, String.join(", ", words)), false);
    }
    return new ContractError(spell(signature, words), OF_THE_RUN.contains(signature));
  }

  private static List<String> words(String hex) {
    return IntStream.range(0, hex.length() / WORD_DIGITS)
        .mapToObj(i -> hex.substring(i * WORD_DIGITS, (i + 1) * WORD_DIGITS))
        .toList();
  }

  private static String spell(String signature, List<String> words) {
    String name = signature.substring(0, signature.indexOf('('));
    String types = signature.substring(name.length() + 1, signature.length() - 1);
    List<String> kinds = types.isEmpty() ? List.of() : List.of(types.split(",", -1));
    return IntStream.range(0, Math.min(kinds.size(), words.size()))
        .mapToObj(i -> value(kinds.get(i), words.get(i)))
        .collect(joining(", ", name + "(", ")"));
  }

  private static String value(String type, String word) {
    return type.equals("address")
        ? "0x" + word.substring(WORD_DIGITS - 40)
        : new BigInteger(word, 16).toString();
  }

  private static String text(List<String> words) {
    int length = new BigInteger(words.get(1), 16).min(BigInteger.valueOf(200)).intValue();
    byte[] bytes = HexFormat.of().parseHex(String.join("", words.subList(2, words.size())));
    return oneLine(new String(bytes, 0, Math.min(length, bytes.length), StandardCharsets.UTF_8));
  }

  private static String oneLine(String text) {
    return text.lines().findFirst().orElse("no reason given");
  }

  private static String selector(String signature) {
    return Hash.sha3String(signature).substring(2, 2 + SELECTOR_DIGITS);
  }

  @Override
  public String toString() {
    return text;
  }
}
