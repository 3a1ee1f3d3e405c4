"""What a switch or the board says in one bit: emergency stop, calibration (E-20), covers (E-21)."""

from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Sample


def faults_of_inputs(sample: Sample) -> int:
    """Believed in the step in which they are seen; how long each lasts is the fault table's business."""
    mask = faults.EMERGENCY_STOP if sample.emergency_stop else 0
    mask |= 0 if sample.calibrated else faults.CALIBRATION
    mask |= faults.TAMPER1 if sample.covers.main else 0
    return mask | (faults.TAMPER2 if sample.covers.service else 0)
