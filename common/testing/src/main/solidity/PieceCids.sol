// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @notice A CID as the contracts pass it: the bare bytes of a CIDv1, with no multibase prefix.
struct Cid {
    bytes data;
}

/// @notice What a v2 PieceCID says of itself: 01 55 91 20, uvarint length, uvarint padding, a height byte, a 32-byte root.
library PieceCids {
    uint256 private constant PREFIX_LENGTH = 4;
    uint256 private constant ROOT_LENGTH = 32;

    /// @notice Leaves of 32 bytes that hold data: 2^height less those that are padding alone.
    /// @dev    Reverts where the bytes are not a v2 PieceCID. A raw byte takes 128/127 bytes of the tree.
    function leafCount(Cid memory cid) internal pure returns (uint256) {
        (uint256 padding, uint256 height) = parse(cid);
        require(height < 51, "Piece size must be less than 2^50");
        uint256 paddingLeaves = ((padding * 128 + 126) / 127) >> 5;
        uint256 leaves = uint256(1) << height;
        require(paddingLeaves < leaves, "Padding is too large");
        return leaves - paddingLeaves;
    }

    function parse(Cid memory cid) internal pure returns (uint256 padding, uint256 height) {
        bytes memory data = cid.data;
        require(data.length >= PREFIX_LENGTH + 2 + 1 + ROOT_LENGTH, "Cid data is too short");
        require(
            data[0] == 0x01 && data[1] == 0x55 && data[2] == 0x91 && data[3] == 0x20, "Cid must be CommPv2"
        );
        (uint256 length, uint256 pos) = _uvarint(data, PREFIX_LENGTH);
        require(pos + length == data.length, "CommPv2 multihash length does not match");
        (padding, pos) = _uvarint(data, pos);
        require(pos + 1 + ROOT_LENGTH == data.length, "CommPv2 digest length does not match");
        height = uint8(data[pos]);
    }

    function _uvarint(bytes memory data, uint256 pos) private pure returns (uint256 value, uint256 next) {
        for (uint256 shift = 0; shift < 63; shift += 7) {
            uint256 part = uint8(data[pos++]);
            value |= (part & 0x7f) << shift;
            if (part < 0x80) return (value, pos);
        }
        revert("Varint is too long");
    }
}
