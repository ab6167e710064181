"""What is printed for a Night, because nights fail: teams' packs, lists and signs of headquarters, one workbook."""
