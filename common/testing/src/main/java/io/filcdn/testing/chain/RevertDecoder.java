package io.filcdn.testing.chain;

import io.filcdn.chain.abi.AbiError;
import io.filcdn.chain.abi.AbiParameter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A decoder of revert data into the custom errors of the devnet's contracts. */
final class RevertDecoder {
  private static final int SELECTOR_LENGTH = 10;

  private final Map<String, AbiError> bySelector = new HashMap<>();

  RevertDecoder() {
    add(AbiError.TEXT);
    add(AbiError.PANIC);
    for (String name : CompiledContract.NAMES) {
      CompiledContract.load(name).abi().errors().forEach(this::add);
    }
  }

  ContractRevert decode(String data) {
    AbiError error =
        data.length() < SELECTOR_LENGTH ? null : bySelector.get(data.substring(0, SELECTOR_LENGTH));
    if (error == null) {
      return new ContractRevert("unknown", List.of(), "reverted with " + data, data);
    }
    List<Object> arguments = error.values(data).all();
    List<AbiParameter> parameters = error.signature().parameters();
    String shown =
        IntStream.range(0, arguments.size())
            .mapToObj(i -> parameters.get(i).name() + ": " + arguments.get(i))
            .collect(Collectors.joining(", ", error.name() + "(", ")"));
    return new ContractRevert(error.name(), arguments, shown, data);
  }

  private void add(AbiError error) {
    bySelector.put(error.signature().selector(), error);
  }
}
