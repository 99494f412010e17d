// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {DevToken} from "./DevToken.sol";

/// @notice Who a rail may name to judge its payments and to be told of its end.
interface IValidator {
    struct ValidationResult {
        uint256 modifiedAmount;
        uint256 settleUpto;
        string note;
    }

    function validatePayment(
        uint256 railId,
        uint256 proposedAmount,
        uint256 fromEpoch,
        uint256 toEpoch,
        uint256 rate
    ) external returns (ValidationResult memory result);

    function railTerminated(uint256 railId, address terminator, uint256 endEpoch) external;
}

/// @notice The devnet's FilecoinPay: accounts that hold tokens, and rails along which a payer's operator moves them.
/// @dev    Facts it keeps:
///         - An account's lockup grows by its lockupRate each epoch and stops where the funds end, so an underfunded
///           payer's lockupLastSettledAt lies in the past.
///         - Payer or operator may terminate a rail (the payer only while fully funded), which ends at the payer's
///           lockupLastSettledAt + the rail's lockup period: earlier for an underfunded payer.
///         - A one-time payment comes out of lockupFixed and works on a terminated rail only while
///           block.number < endEpoch. Every payment loses a fee of 1/200, rounded up, to this contract's own account.
///         - A terminated rail that is settled to its end is finalised: the rest of its lockup is the payer's again, and
///           the rail answers to nothing any more (RailInactiveOrSettled).
///         - An operator stays within the allowances that the payer gave it.
///         - A deposit by permit is for the signer's own account, and the signer sends it.
///         Left out: native token, authorization deposits, the fee auction, and re-entrancy guards (the only token is the
///         devnet's own).
contract FilecoinPay {
    struct Account {
        uint256 funds;
        uint256 lockupCurrent;
        uint256 lockupRate;
        uint256 lockupLastSettledAt;
    }

    struct OperatorApproval {
        bool isApproved;
        uint256 rateAllowance;
        uint256 lockupAllowance;
        uint256 rateUsage;
        uint256 lockupUsage;
        uint256 maxLockupPeriod;
    }

    struct RailView {
        address token;
        address from;
        address to;
        address operator;
        address validator;
        uint256 paymentRate;
        uint256 lockupPeriod;
        uint256 lockupFixed;
        uint256 settledUpTo;
        uint256 endEpoch;
        uint256 commissionRateBps;
        address serviceFeeRecipient;
    }

    /// @dev A rate that was in force until an epoch, not yet settled.
    struct PastRate {
        uint256 rate;
        uint256 untilEpoch;
    }

    struct RailInfo {
        uint256 railId;
        bool isTerminated;
        uint256 endEpoch;
    }

    /// @dev What a settlement answers; the real contract returns the same six values.
    struct Settlement {
        uint256 amount;
        uint256 netPayeeAmount;
        uint256 commission;
        uint256 networkFee;
        uint256 settledUpTo;
        string note;
    }

    uint256 public constant COMMISSION_MAX_BPS = 10_000;
    uint256 public constant NETWORK_FEE_NUMERATOR = 1;
    uint256 public constant NETWORK_FEE_DENOMINATOR = 200;

    mapping(address token => mapping(address owner => Account)) public accounts;
    mapping(address token => mapping(address client => mapping(address operator => OperatorApproval))) public
        operatorApprovals;

    uint256 private lastRailId;
    mapping(uint256 railId => RailView) private rails;
    mapping(uint256 railId => PastRate[]) private pastRates;
    mapping(uint256 railId => uint256) private pastRatesDone;
    mapping(address token => mapping(address payer => uint256[])) private payerRails;
    mapping(address token => mapping(address payee => uint256[])) private payeeRails;

    event AccountLockupSettled(
        address indexed token,
        address indexed owner,
        uint256 lockupCurrent,
        uint256 lockupRate,
        uint256 lockupLastSettledAt
    );
    event DepositRecorded(address indexed token, address indexed from, address indexed to, uint256 amount);
    event WithdrawRecorded(address indexed token, address indexed from, address indexed to, uint256 amount);
    event OperatorApprovalUpdated(
        address indexed token,
        address indexed client,
        address indexed operator,
        bool approved,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxLockupPeriod
    );
    event RailCreated(
        uint256 indexed railId,
        address indexed payer,
        address indexed payee,
        address token,
        address operator,
        address validator,
        address serviceFeeRecipient,
        uint256 commissionRateBps
    );
    event RailLockupModified(
        uint256 indexed railId,
        uint256 oldLockupPeriod,
        uint256 newLockupPeriod,
        uint256 oldLockupFixed,
        uint256 newLockupFixed
    );
    event RailRateModified(uint256 indexed railId, uint256 oldRate, uint256 newRate);
    event RailOneTimePaymentProcessed(
        uint256 indexed railId, uint256 netPayeeAmount, uint256 operatorCommission, uint256 networkFee
    );
    event RailSettled(
        uint256 indexed railId,
        uint256 totalSettledAmount,
        uint256 totalNetPayeeAmount,
        uint256 operatorCommission,
        uint256 networkFee,
        uint256 settledUpTo
    );
    event RailTerminated(uint256 indexed railId, address indexed by, uint256 endEpoch);
    event RailFinalized(uint256 indexed railId);

    error CannotModifyTerminatedRailBeyondEndEpoch(uint256 railId, uint256 maxSettlementEpoch, uint256 blockNumber);
    error CannotSettleFutureEpochs(uint256 railId, uint256 maxAllowedEpoch, uint256 attemptedEpoch);
    error CannotSettleTerminatedRailBeforeMaxEpoch(uint256 railId, uint256 requiredBlock, uint256 currentBlock);
    error CommissionRateTooHigh(uint256 maxAllowed, uint256 actual);
    error InsufficientUnlockedFunds(uint256 available, uint256 requested);
    error InvalidTerminatedRailModification(
        uint256 actualPeriod, uint256 actualLockupFixed, uint256 attemptedPeriod, uint256 attemptedLockupFixed
    );
    error LockupFixedIncreaseNotAllowedDueToInsufficientFunds(
        address token, address from, uint256 actualLockupFixed, uint256 attemptedLockupFixed
    );
    error LockupNotSettledRateChangeNotAllowed(
        uint256 railId, address from, bool isSettled, uint256 currentRate, uint256 attemptedRate
    );
    error LockupPeriodChangeNotAllowedDueToInsufficientFunds(
        address token, address from, uint256 actualLockupPeriod, uint256 attemptedLockupPeriod
    );
    error LockupPeriodExceedsOperatorMaximum(
        address token, address operator, uint256 maxAllowedPeriod, uint256 requestedPeriod
    );
    error MissingServiceFeeRecipient();
    error NativeTokenNotAccepted(uint256 sent);
    error NativeTokenNotSupported();
    error NotAuthorizedToTerminateRail(
        uint256 railId, address allowedClient, address allowedOperator, address caller
    );
    error OneTimePaymentExceedsLockup(uint256 railId, uint256 available, uint256 required);
    error OnlyRailClientAllowed(address expected, address caller);
    error OnlyRailOperatorAllowed(address expected, address caller);
    error OperatorLockupAllowanceExceeded(uint256 allowed, uint256 attemptedUsage);
    error OperatorNotApproved(address from, address operator);
    error OperatorRateAllowanceExceeded(uint256 allowed, uint256 attemptedUsage);
    error RailAlreadyTerminated(uint256 railId);
    error RailInactiveOrSettled(uint256 railId);
    error RailNotTerminated(uint256 railId);
    error RateChangeNotAllowedOnTerminatedRail(uint256 railId);
    error SignerMustBeMsgSender(address expected, address actual);
    error ValidatorModifiedAmountExceedsMaximum(uint256 railId, uint256 maxAllowed, uint256 attempted);
    error ValidatorSettledBeforeSegmentStart(uint256 railId, uint256 allowedStart, uint256 attemptedStart);
    error ValidatorSettledBeyondSegmentEnd(uint256 railId, uint256 allowedEnd, uint256 attemptedEnd);
    error ZeroAddressNotAllowed(string varName);

    /// @dev Brings the account's lockup up to this epoch before the body, and checks after it that funds cover it.
    modifier keepsSolvent(address token, address owner) {
        Account storage account = accounts[token][owner];
        _settleLockup(token, owner, account);
        _;
        _settleLockup(token, owner, account);
        require(
            account.funds >= account.lockupCurrent,
            "invariant failure: insufficient funds to cover lockup after function execution"
        );
    }

    modifier onlyActive(uint256 railId) {
        if (rails[railId].from == address(0)) revert RailInactiveOrSettled(railId);
        _;
    }

    modifier onlyRailOperator(uint256 railId) {
        address operator = rails[railId].operator;
        if (msg.sender != operator) revert OnlyRailOperatorAllowed(operator, msg.sender);
        _;
    }

    // ------------------------------------------------------------------------------------------------------ accounts

    function deposit(address token, address to, uint256 amount) external payable keepsSolvent(token, to) {
        if (msg.value != 0) revert NativeTokenNotAccepted(msg.value);
        _deposit(token, to, amount);
    }

    /// @notice Deposits with the token's permit instead of an approval that was sent before.
    function depositWithPermit(
        address token,
        address to,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) public keepsSolvent(token, to) {
        if (to != msg.sender) revert SignerMustBeMsgSender(msg.sender, to);
        if (token == address(0)) revert NativeTokenNotSupported();
        DevToken(token).permit(to, address(this), amount, deadline, v, r, s);
        _deposit(token, to, amount);
    }

    /// @notice As above, and sets what an operator may do with the account.
    function depositWithPermitAndApproveOperator(
        address token,
        address to,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s,
        address operator,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxLockupPeriod
    ) external {
        depositWithPermit(token, to, amount, deadline, v, r, s);
        setOperatorApproval(token, operator, true, rateAllowance, lockupAllowance, maxLockupPeriod);
    }

    function withdraw(address token, uint256 amount) external {
        withdrawTo(token, msg.sender, amount);
    }

    /// @notice Pays out what no rail holds back. Refused altogether while the account is underfunded.
    function withdrawTo(address token, address to, uint256 amount) public keepsSolvent(token, msg.sender) {
        if (to == address(0)) revert ZeroAddressNotAllowed("to");
        Account storage account = accounts[token][msg.sender];
        require(
            _isFullyFunded(account),
            "payers's full account lockup was not met as a precondition of the requested operation"
        );
        uint256 available = account.funds - account.lockupCurrent;
        if (amount > available) revert InsufficientUnlockedFunds(available, amount);
        account.funds -= amount;
        DevToken(token).transfer(to, amount);
        emit WithdrawRecorded(token, msg.sender, to, amount);
    }

    /// @notice What the account would be after settling its lockup now.
    function getAccountInfoIfSettled(address token, address owner)
        external
        view
        returns (uint256 fundedUntilEpoch, uint256 currentFunds, uint256 availableFunds, uint256 currentLockupRate)
    {
        Account memory account = accounts[token][owner];
        currentFunds = account.funds;
        currentLockupRate = account.lockupRate;
        uint256 spare = account.funds - account.lockupCurrent;
        fundedUntilEpoch =
            currentLockupRate == 0 ? type(uint256).max : account.lockupLastSettledAt + spare / currentLockupRate;
        uint256 sinceSettled = block.number - account.lockupLastSettledAt;
        uint256 due = currentLockupRate * sinceSettled;
        availableFunds = due > spare ? spare % currentLockupRate : spare - due;
    }

    function setOperatorApproval(
        address token,
        address operator,
        bool approved,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxLockupPeriod
    ) public {
        if (operator == address(0)) revert ZeroAddressNotAllowed("operator");
        OperatorApproval storage approval = operatorApprovals[token][msg.sender][operator];
        approval.isApproved = approved;
        approval.rateAllowance = rateAllowance;
        approval.lockupAllowance = lockupAllowance;
        approval.maxLockupPeriod = maxLockupPeriod;
        _emitApproval(token, operator, approval);
    }

    function increaseOperatorApproval(
        address token,
        address operator,
        uint256 rateAllowanceIncrease,
        uint256 lockupAllowanceIncrease
    ) external {
        if (operator == address(0)) revert ZeroAddressNotAllowed("operator");
        OperatorApproval storage approval = operatorApprovals[token][msg.sender][operator];
        if (!approval.isApproved) revert OperatorNotApproved(msg.sender, operator);
        approval.rateAllowance += rateAllowanceIncrease;
        approval.lockupAllowance += lockupAllowanceIncrease;
        _emitApproval(token, operator, approval);
    }

    // --------------------------------------------------------------------------------------------------------- rails

    /// @notice Opens a rail of the caller's making: rate 0, nothing locked up. Ids begin at 1.
    function createRail(
        address token,
        address from,
        address to,
        address validator,
        uint256 commissionRateBps,
        address serviceFeeRecipient
    ) external returns (uint256 railId) {
        if (from == address(0)) revert ZeroAddressNotAllowed("from");
        if (to == address(0)) revert ZeroAddressNotAllowed("to");
        if (!operatorApprovals[token][from][msg.sender].isApproved) revert OperatorNotApproved(from, msg.sender);
        if (commissionRateBps > COMMISSION_MAX_BPS) {
            revert CommissionRateTooHigh(COMMISSION_MAX_BPS, commissionRateBps);
        }
        if (commissionRateBps > 0 && serviceFeeRecipient == address(0)) revert MissingServiceFeeRecipient();

        railId = ++lastRailId;
        RailView storage rail = rails[railId];
        rail.token = token;
        rail.from = from;
        rail.to = to;
        rail.operator = msg.sender;
        rail.validator = validator;
        rail.settledUpTo = block.number;
        rail.commissionRateBps = commissionRateBps;
        rail.serviceFeeRecipient = serviceFeeRecipient;
        payerRails[token][from].push(railId);
        payeeRails[token][to].push(railId);
        emit RailCreated(railId, from, to, token, msg.sender, validator, serviceFeeRecipient, commissionRateBps);
    }

    function getRail(uint256 railId) external view onlyActive(railId) returns (RailView memory) {
        return rails[railId];
    }

    /// @notice Sets what the rail holds back. On a terminated rail the fixed part may only shrink.
    function modifyRailLockup(uint256 railId, uint256 period, uint256 lockupFixed)
        external
        onlyActive(railId)
        onlyRailOperator(railId)
        keepsSolvent(rails[railId].token, rails[railId].from)
    {
        RailView storage rail = rails[railId];
        Account storage payer = accounts[rail.token][rail.from];
        (uint256 oldPeriod, uint256 oldFixed) = (rail.lockupPeriod, rail.lockupFixed);

        if (rail.endEpoch != 0) {
            if (period != oldPeriod || lockupFixed > oldFixed) {
                revert InvalidTerminatedRailModification(oldPeriod, oldFixed, period, lockupFixed);
            }
            payer.lockupCurrent -= oldFixed - lockupFixed;
            _trackLockup(rail, oldFixed, lockupFixed);
        } else {
            _checkLockupChange(rail, payer, period, lockupFixed);
            uint256 oldLockup = oldFixed + rail.paymentRate * oldPeriod;
            uint256 newLockup = lockupFixed + rail.paymentRate * period;
            payer.lockupCurrent = payer.lockupCurrent - oldLockup + newLockup;
            _trackLockup(rail, oldLockup, newLockup);
        }
        rail.lockupPeriod = period;
        rail.lockupFixed = lockupFixed;
        emit RailLockupModified(railId, oldPeriod, period, oldFixed, lockupFixed);
    }

    /// @notice Sets the rail's rate and pays `oneTimePayment` out of its fixed lockup at once.
    function modifyRailPayment(uint256 railId, uint256 newRate, uint256 oneTimePayment)
        external
        onlyActive(railId)
        onlyRailOperator(railId)
        keepsSolvent(rails[railId].token, rails[railId].from)
    {
        RailView storage rail = rails[railId];
        Account storage payer = accounts[rail.token][rail.from];
        uint256 oldRate = rail.paymentRate;
        if (oneTimePayment > rail.lockupFixed) {
            revert OneTimePaymentExceedsLockup(railId, rail.lockupFixed, oneTimePayment);
        }

        uint256 lockedEpochs = rail.lockupPeriod;
        if (rail.endEpoch != 0) {
            if (block.number >= rail.endEpoch) {
                revert CannotModifyTerminatedRailBeyondEndEpoch(railId, rail.endEpoch, block.number);
            }
            if (newRate > oldRate) revert RateChangeNotAllowedOnTerminatedRail(railId);
            lockedEpochs = rail.endEpoch - block.number;
        } else {
            if (newRate != oldRate && !_isFullyFunded(payer)) {
                revert LockupNotSettledRateChangeNotAllowed(railId, rail.from, false, oldRate, newRate);
            }
            payer.lockupRate = payer.lockupRate - oldRate + newRate;
            _trackRate(rail, oldRate, newRate);
        }

        if (newRate != oldRate) _rememberRate(railId, rail);
        rail.paymentRate = newRate;
        rail.lockupFixed -= oneTimePayment;
        payer.lockupCurrent =
            payer.lockupCurrent - oldRate * lockedEpochs + newRate * lockedEpochs - oneTimePayment;
        _trackLockup(rail, oldRate * lockedEpochs, newRate * lockedEpochs);
        emit RailRateModified(railId, oldRate, newRate);
        if (oneTimePayment > 0) _payOnce(railId, rail, payer, oneTimePayment);
    }

    /// @notice Ends the rail at the payer's lockupLastSettledAt + the rail's lockup period.
    function terminateRail(uint256 railId)
        external
        onlyActive(railId)
        keepsSolvent(rails[railId].token, rails[railId].from)
    {
        RailView storage rail = rails[railId];
        Account storage payer = accounts[rail.token][rail.from];
        if (rail.endEpoch != 0) revert RailAlreadyTerminated(railId);
        bool byPayer = msg.sender == rail.from && _isFullyFunded(payer);
        if (!byPayer && msg.sender != rail.operator) {
            revert NotAuthorizedToTerminateRail(railId, rail.from, rail.operator, msg.sender);
        }

        rail.endEpoch = payer.lockupLastSettledAt + rail.lockupPeriod;
        emit RailTerminated(railId, msg.sender, rail.endEpoch);
        if (rail.validator != address(0)) {
            IValidator(rail.validator).railTerminated(railId, msg.sender, rail.endEpoch);
        }
        payer.lockupRate -= rail.paymentRate;
        _trackRate(rail, rail.paymentRate, 0);
    }

    /// @notice Pays the rail's rate up to `untilEpoch`, as far as the payer's funds reach. Open to all.
    function settleRail(uint256 railId, uint256 untilEpoch)
        external
        onlyActive(railId)
        keepsSolvent(rails[railId].token, rails[railId].from)
        returns (uint256, uint256, uint256, uint256, uint256, string memory)
    {
        return _answer(_settle(railId, untilEpoch, true));
    }

    /// @notice The payer's way out of a rail whose validator will not answer, once the rail has ended.
    function settleTerminatedRailWithoutValidation(uint256 railId)
        external
        onlyActive(railId)
        keepsSolvent(rails[railId].token, rails[railId].from)
        returns (uint256, uint256, uint256, uint256, uint256, string memory)
    {
        RailView storage rail = rails[railId];
        if (rail.endEpoch == 0) revert RailNotTerminated(railId);
        if (msg.sender != rail.from) revert OnlyRailClientAllowed(rail.from, msg.sender);
        if (block.number <= rail.endEpoch) {
            revert CannotSettleTerminatedRailBeforeMaxEpoch(railId, rail.endEpoch + 1, block.number);
        }
        return _answer(_settle(railId, rail.endEpoch, false));
    }

    function getRateChangeQueueSize(uint256 railId) external view returns (uint256) {
        return pastRates[railId].length - pastRatesDone[railId];
    }

    function getRailsForPayerAndToken(address payer, address token, uint256 offset, uint256 limit)
        external
        view
        returns (RailInfo[] memory results, uint256 nextOffset, uint256 total)
    {
        return _list(payerRails[token][payer], offset, limit);
    }

    function getRailsForPayeeAndToken(address payee, address token, uint256 offset, uint256 limit)
        external
        view
        returns (RailInfo[] memory results, uint256 nextOffset, uint256 total)
    {
        return _list(payeeRails[token][payee], offset, limit);
    }

    // -------------------------------------------------------------------------------------------------------- inside

    function _deposit(address token, address to, uint256 amount) private {
        if (to == address(0)) revert ZeroAddressNotAllowed("to");
        if (token == address(0)) revert NativeTokenNotSupported();
        DevToken(token).transferFrom(msg.sender, address(this), amount);
        accounts[token][to].funds += amount;
        emit DepositRecorded(token, msg.sender, to, amount);
    }

    /// @dev Grows the lockup to this epoch, or to the last whole epoch that the funds reach.
    function _settleLockup(address token, address owner, Account storage account) private {
        uint256 elapsed = block.number - account.lockupLastSettledAt;
        if (elapsed == 0) return;
        if (account.lockupRate > 0) {
            uint256 affordable = (account.funds - account.lockupCurrent) / account.lockupRate;
            if (affordable < elapsed) elapsed = affordable;
            if (elapsed == 0) return;
            account.lockupCurrent += account.lockupRate * elapsed;
        }
        account.lockupLastSettledAt += elapsed;
        emit AccountLockupSettled(
            token, owner, account.lockupCurrent, account.lockupRate, account.lockupLastSettledAt
        );
    }

    function _isFullyFunded(Account storage account) private view returns (bool) {
        return account.lockupLastSettledAt == block.number;
    }

    function _checkLockupChange(RailView storage rail, Account storage payer, uint256 period, uint256 lockupFixed)
        private
        view
    {
        if (!_isFullyFunded(payer)) {
            if (period != rail.lockupPeriod) {
                revert LockupPeriodChangeNotAllowedDueToInsufficientFunds(
                    rail.token, rail.from, rail.lockupPeriod, period
                );
            }
            if (lockupFixed > rail.lockupFixed) {
                revert LockupFixedIncreaseNotAllowedDueToInsufficientFunds(
                    rail.token, rail.from, rail.lockupFixed, lockupFixed
                );
            }
        }
        uint256 longest = operatorApprovals[rail.token][rail.from][rail.operator].maxLockupPeriod;
        if (period > rail.lockupPeriod && period > longest) {
            revert LockupPeriodExceedsOperatorMaximum(rail.token, rail.operator, longest, period);
        }
    }

    function _trackRate(RailView storage rail, uint256 oldRate, uint256 newRate) private {
        OperatorApproval storage approval = operatorApprovals[rail.token][rail.from][rail.operator];
        approval.rateUsage = _shifted(approval.rateUsage, oldRate, newRate);
        if (newRate > oldRate && approval.rateUsage > approval.rateAllowance) {
            revert OperatorRateAllowanceExceeded(approval.rateAllowance, approval.rateUsage);
        }
    }

    function _trackLockup(RailView storage rail, uint256 oldLockup, uint256 newLockup) private {
        OperatorApproval storage approval = operatorApprovals[rail.token][rail.from][rail.operator];
        approval.lockupUsage = _shifted(approval.lockupUsage, oldLockup, newLockup);
        if (newLockup > oldLockup && approval.lockupUsage > approval.lockupAllowance) {
            revert OperatorLockupAllowanceExceeded(approval.lockupAllowance, approval.lockupUsage);
        }
    }

    /// @dev `usage` with `before` replaced by `later`, never below 0.
    function _shifted(uint256 usage, uint256 before, uint256 later) private pure returns (uint256) {
        uint256 raised = usage + later;
        return raised > before ? raised - before : 0;
    }

    /// @dev Keeps the rate that was in force up to and including this epoch, where it has yet to be settled.
    function _rememberRate(uint256 railId, RailView storage rail) private {
        if (rail.settledUpTo == block.number) return;
        PastRate[] storage past = pastRates[railId];
        bool none = past.length == pastRatesDone[railId];
        if (none && rail.paymentRate == 0) {
            rail.settledUpTo = block.number;
        } else if (none || past[past.length - 1].untilEpoch != block.number) {
            past.push(PastRate(rail.paymentRate, block.number));
        }
    }

    function _payOnce(uint256 railId, RailView storage rail, Account storage payer, uint256 amount) private {
        OperatorApproval storage approval = operatorApprovals[rail.token][rail.from][rail.operator];
        approval.lockupUsage = _shifted(approval.lockupUsage, amount, 0);
        approval.lockupAllowance = _shifted(approval.lockupAllowance, amount, 0);
        payer.funds -= amount;
        (uint256 net, uint256 commission, uint256 fee) = _credit(rail, amount);
        emit RailOneTimePaymentProcessed(railId, net, commission, fee);
    }

    /// @dev Splits a gross amount into the network's fee (rounded up), the commission, and the payee's part.
    function _credit(RailView storage rail, uint256 amount)
        private
        returns (uint256 net, uint256 commission, uint256 fee)
    {
        fee = (amount * NETWORK_FEE_NUMERATOR + NETWORK_FEE_DENOMINATOR - 1) / NETWORK_FEE_DENOMINATOR;
        commission = ((amount - fee) * rail.commissionRateBps) / COMMISSION_MAX_BPS;
        net = amount - fee - commission;
        accounts[rail.token][address(this)].funds += fee;
        if (commission > 0) accounts[rail.token][rail.serviceFeeRecipient].funds += commission;
        accounts[rail.token][rail.to].funds += net;
    }

    function _settle(uint256 railId, uint256 untilEpoch, bool validated) private returns (Settlement memory done) {
        if (untilEpoch > block.number) revert CannotSettleFutureEpochs(railId, untilEpoch, block.number);
        RailView storage rail = rails[railId];
        Account storage payer = accounts[rail.token][rail.from];
        done.settledUpTo = rail.settledUpTo;
        bool ended = rail.endEpoch != 0;
        if (ended && rail.settledUpTo >= rail.endEpoch) {
            _finalise(railId, rail, payer);
            done.note = "rail fully settled and finalized";
            return done;
        }
        uint256 limit = ended ? rail.endEpoch : payer.lockupLastSettledAt;
        uint256 target = untilEpoch < limit ? untilEpoch : limit;
        if (rail.settledUpTo >= target) {
            done.note = "already settled";
            return done;
        }

        while (rail.settledUpTo < target && _settleSegment(railId, rail, payer, target, validated, done)) {}
        if (done.amount > 0) (done.netPayeeAmount, done.commission, done.networkFee) = _credit(rail, done.amount);
        done.settledUpTo = rail.settledUpTo;
        if (ended && rail.settledUpTo >= rail.endEpoch) _finalise(railId, rail, payer);
        emit RailSettled(
            railId, done.amount, done.netPayeeAmount, done.commission, done.networkFee, done.settledUpTo
        );
    }

    /// @dev Settles up to the next change of rate; false where the validator stopped short of it.
    function _settleSegment(
        uint256 railId,
        RailView storage rail,
        Account storage payer,
        uint256 target,
        bool validated,
        Settlement memory done
    ) private returns (bool) {
        uint256 from = rail.settledUpTo;
        (uint256 rate, uint256 to) = (rail.paymentRate, target);
        uint256 next = pastRatesDone[railId];
        bool past = next < pastRates[railId].length;
        if (past) {
            PastRate memory segment = pastRates[railId][next];
            rate = segment.rate;
            past = segment.untilEpoch <= target;
            if (past) to = segment.untilEpoch;
        }

        uint256 reached = to;
        uint256 amount = rate * (to - from);
        if (rate > 0 && validated && rail.validator != address(0)) {
            (amount, reached, done.note) = _judged(railId, rail.validator, amount, from, to, rate);
        }
        payer.funds -= amount;
        payer.lockupCurrent -= rate * (reached - from);
        rail.settledUpTo = reached;
        done.amount += amount;
        if (past && reached == to) pastRatesDone[railId] = next + 1;
        return reached == to;
    }

    function _judged(uint256 railId, address validator, uint256 amount, uint256 from, uint256 to, uint256 rate)
        private
        returns (uint256, uint256, string memory)
    {
        IValidator.ValidationResult memory result =
            IValidator(validator).validatePayment(railId, amount, from, to, rate);
        if (result.settleUpto > to) revert ValidatorSettledBeyondSegmentEnd(railId, to, result.settleUpto);
        if (result.settleUpto < from) revert ValidatorSettledBeforeSegmentStart(railId, from, result.settleUpto);
        uint256 most = rate * (result.settleUpto - from);
        if (result.modifiedAmount > most) {
            revert ValidatorModifiedAmountExceedsMaximum(railId, most, result.modifiedAmount);
        }
        return (result.modifiedAmount, result.settleUpto, result.note);
    }

    function _finalise(uint256 railId, RailView storage rail, Account storage payer) private {
        payer.lockupCurrent -= rail.lockupFixed;
        _trackLockup(rail, rail.lockupFixed + rail.paymentRate * rail.lockupPeriod, 0);
        delete rails[railId];
        emit RailFinalized(railId);
    }

    function _answer(Settlement memory done)
        private
        pure
        returns (uint256, uint256, uint256, uint256, uint256, string memory)
    {
        return (done.amount, done.netPayeeAmount, done.commission, done.networkFee, done.settledUpTo, done.note);
    }

    /// @dev A page of rails that are not finalised; a limit of 0 means all.
    function _list(uint256[] storage railIds, uint256 offset, uint256 limit)
        private
        view
        returns (RailInfo[] memory results, uint256 nextOffset, uint256 total)
    {
        total = railIds.length;
        if (offset > total) offset = total;
        nextOffset = limit == 0 || limit > total - offset ? total : offset + limit;
        results = new RailInfo[](nextOffset - offset);
        uint256 count = 0;
        for (uint256 i = offset; i < nextOffset; i++) {
            RailView storage rail = rails[railIds[i]];
            if (rail.from == address(0)) continue;
            results[count++] = RailInfo(railIds[i], rail.endEpoch != 0, rail.endEpoch);
        }
        assembly ("memory-safe") {
            mstore(results, count)
        }
    }

    function _emitApproval(address token, address operator, OperatorApproval storage approval) private {
        emit OperatorApprovalUpdated(
            token,
            msg.sender,
            operator,
            approval.isApproved,
            approval.rateAllowance,
            approval.lockupAllowance,
            approval.maxLockupPeriod
        );
    }
}
