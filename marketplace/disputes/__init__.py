"""What buyers' banks ask and take back: inquiries, chargebacks, warnings, the evidence, and who bears a loss."""
