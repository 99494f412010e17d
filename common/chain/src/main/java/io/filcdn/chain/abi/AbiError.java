package io.filcdn.chain.abi;

/** The form of an error that a contract reverts with. */
public record AbiError(AbiSignature signature) {

  /** The error that Solidity's {@code require} and {@code revert} with a text come to. */
  public static final AbiError TEXT = new AbiError(AbiSignature.of("Error(string)"));

  /** The error that failed assertions and arithmetic come to. */
  public static final AbiError PANIC = new AbiError(AbiSignature.of("Panic(uint256)"));

  public String name() {
    return signature.name();
  }

  /**
   * The values of an error's arguments.
   *
   * @param data in hex with {@code 0x}, selector and arguments
   * @throws IllegalArgumentException where the data has not this form
   */
  public AbiValues values(String data) {
    return AbiValues.read(
        signature.parameters(),
        AbiData.ofHex("0x" + data.substring(signature.selector().length())));
  }
}
