// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @notice The devnet's Multicall3: many calls in one. It stands where every chain has it, as clients that batch their
///         reads look for it nowhere else.
/// @dev    Left out: all forms but aggregate3, which is the one that viem and ethers send.
contract Multicall3 {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    /// @notice Makes the calls in order. One that fails and may not reverts all.
    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory returnData) {
        returnData = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; i++) {
            (bool success, bytes memory answer) = calls[i].target.call(calls[i].callData);
            require(success || calls[i].allowFailure, "Multicall3: call failed");
            returnData[i] = Result(success, answer);
        }
    }
}
